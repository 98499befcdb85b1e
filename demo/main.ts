/**
 * `npm start`: one declaration, two machines, no difference. Real flights go through the generated stream and, as
 * history, through the generated SQL; both answer the same ten thousand questions, and the answers are compared
 * bit by bit. Exit code 1 if any differs.
 */
import { parseArguments } from './arguments.ts';
import { compareAll } from './compare.ts';
import { withDatabase } from './database.ts';
import { flightsFile, readFlights } from './flights.ts';
import { bringUpToDate } from './generate.ts';
import { buildTrainingSet, loadHistory } from './history.ts';
import { describeFlights, printComparisons, printSummary } from './report.ts';
import { chooseSpine } from './spine.ts';
import { steps } from './steps.ts';
import { streamAndRead } from './stream.ts';
import { announce, fail, perSecond, say, seconds, whole, withProgress } from './terminal.ts';
import { writeTrainingSet } from './training-file.ts';

const vector = 'delay_risk';

async function main(): Promise<void> {
  const { limit, rows, out } = parseArguments();

  announce(steps.generate);
  await bringUpToDate();
  // Imported only now, for it may have been written a moment ago.
  const { program: stream } = await import('../generated/stream/index.ts');
  const { program: sql } = await import('../generated/sql/index.ts');

  announce(steps.read);
  const flights = await readFlights(flightsFile(), limit);
  const spine = chooseSpine(flights, rows);
  const [events, reads] = [whole(flights.count), whole(spine.length)];
  describeFlights(flights);

  announce(steps.stream);
  const streamed = await withProgress(flights.count, 'flights', progress =>
    streamAndRead(stream, flights, vector, spine, progress),
  );
  say(
    `${events} events in ${seconds(streamed.ingestMs)}, ${reads} reads in ${seconds(streamed.readMs)}, one thread`,
  );

  await withDatabase(async database => {
    announce(steps.load);
    const loaded = await withProgress(flights.count, 'rows', progress =>
      loadHistory(database, sql, stream, flights, progress),
    );
    say(`${events} rows in ${seconds(loaded.ms)}`);

    announce(steps.train);
    const trained = await buildTrainingSet(database.db, sql, vector, spine);
    say(`${reads} rows in ${seconds(trained.ms)}`);

    announce(steps.compare);
    const plan = sql.vectors.find(({ name }) => name === vector)!;
    const comparisons = compareAll(plan.features, streamed.answers, trained.rows);
    printComparisons(comparisons);

    announce(steps.write);
    await writeTrainingSet(out, plan, spine, trained.rows);
    say(out);

    printSummary(comparisons, {
      'events/s streamed': perSecond(flights.count, streamed.ingestMs),
      'reads/s': perSecond(spine.length, streamed.readMs),
      'rows/s loaded': perSecond(flights.count, loaded.ms),
      'training rows/s in SQL': perSecond(spine.length, trained.ms),
    });
  });
}

// The bar's cursor comes back and the database ends with the process: there is nothing to wait for.
process.once('SIGINT', () => process.exit(130));
await main().catch(fail);
