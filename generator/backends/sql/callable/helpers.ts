/** µs as a `timestamptz`, no further than the history's instants go. */
export const instantFunction = '"skewless"."instant"';

/** The SQLSTATE of a read that history cannot answer whole. */
export const historyBehind = 'SK002';

/** What the functions of groups and vectors call. */
export const helperDdl: readonly string[] = [
  `create or replace function ${instantFunction}(us bigint) returns timestamptz
language sql immutable parallel safe as $helper$
select 'epoch'::timestamptz + least(greatest(us, -8520336000000000), 8835955200000000) * interval '1 microsecond'
$helper$`,
  `create or replace function "skewless"."known_us"(known_at timestamptz) returns bigint
language sql stable parallel safe as $helper$
select case known_at when 'infinity' then 9223372036854775807 when '-infinity' then -9223372036854775807
  else (extract(epoch from known_at) * 1000000)::bigint end
$helper$`,
  `create or replace function "skewless"."instants"(us bigint[]) returns timestamptz[]
language sql immutable parallel safe as $helper$
select case when us is not null then array(
  select 'epoch'::timestamptz + u.us * interval '1 microsecond' from unnest(us) with ordinality as u(us, place) order by u.place) end
$helper$`,
  `create or replace function "skewless"."doubles"(of float8[]) returns float8[]
language sql immutable parallel safe as $helper$
select case when of is not null then array(
  select u.of + 0 from unnest(of) with ordinality as u(of, place) order by u.place) end
$helper$`,
  `create or replace function "skewless"."check_read"(name text, t timestamptz, known_until timestamptz, missing text[], sources text[]) returns void
language plpgsql stable parallel safe as $helper$
declare lacks text;
begin
  if t is null or not isfinite(t) then
    raise exception '%: t is %, and must be an instant', name, coalesce(t::text, 'null') using errcode = 'null_value_not_allowed';
  end if;
  if missing <> '{}' then
    raise exception '%: the key % is null', name, array_to_string(missing, ' and ') using errcode = 'null_value_not_allowed';
  end if;
  if known_until = 'infinity' then return; end if;
  select string_agg(format('%s%s: needs all arrivals up to %s, has %s', s.name,
      case when f.source is not null then format(', topic %s, epoch %s, partition %s', f.topic, f.epoch, f.partition) end,
      known_until, case when isfinite(f.complete_until) then 'those before ' || f.complete_until else 'nothing' end), '; '
      order by s.name, f.topic, f.epoch, f.partition)
    into lacks
    from unnest(sources) as s(name) left join "history"."completeness" as f on f.source = s.name
    where f.source is null or f.complete_until <= known_until;
  if lacks is not null then
    raise exception '%: the history lacks what the read needs: %', name, lacks using errcode = '${historyBehind}',
      hint = 'Ask again when the history has come so far, or with known_at => ''infinity'' for what is known by now.';
  end if;
end
$helper$`,
  `create or replace function "skewless"."check_retained"(name text, stream text, needed bigint) returns void
language plpgsql stable parallel safe as $helper$
declare held timestamptz := (select r.complete_from from "history"."retained" as r where r.source = stream);
begin
  if held is null or "skewless"."known_us"(held) <= needed then return; end if;
  raise exception '%: the history lacks what the read needs: %: needs %, has arrivals from % on', name, stream,
    case when needed is null then 'all arrivals from the first on' else format('arrivals from %s on', "skewless"."instant"(needed)) end, held
    using errcode = '${historyBehind}', hint = 'Older months were dropped, as the stream''s retention says.';
end
$helper$`,
];
