// What a client's calls give, and what they give while the service is away.
import type { Accessor, Answer, Fallback, OnUnavailable } from '../../runtime/client/accessor.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

interface Keys {
  readonly user_id: number;
}
interface Values {
  readonly orders: number;
  readonly is_loyal: boolean;
  readonly spend: number | null;
}
/** `orders` has a default, `is_loyal` has not. */
interface Away {
  readonly orders: number;
  readonly is_loyal: boolean | null;
  readonly spend: number | null;
}

declare const strict: Accessor<Keys, Values, Date, 'error', 'is_loyal'>;
declare const lenient: Accessor<Keys, Values, Date, 'defaults', 'is_loyal'>;
declare const complete: Accessor<Keys, Values, Date, 'defaults'>;
declare const either: Accessor<Keys, Values, Date, OnUnavailable, 'is_loyal'>;

export async function claims(): Promise<void> {
  const plain = await strict({ user_id: 1 });
  holds<Same<typeof plain, Values>>();
  const many = await strict.many([{ user_id: 1 }], { at: 5 });
  holds<Same<typeof many, readonly Values[]>>();
  const answer = await strict.read({ user_id: 1 }, { at: new Date(0) });
  holds<Same<typeof answer, Answer<Values, Date>>>();

  // A call may say otherwise, and its type says so too.
  const asked = await strict({ user_id: 1 }, { onUnavailable: 'defaults' });
  holds<Same<(typeof asked)['is_loyal'], boolean | null>>();
  holds<Same<(typeof asked)['orders'], number>>();

  // A plain call of a lenient client does not claim what it cannot give.
  const away = await lenient({ user_id: 1 });
  void (away satisfies Away);
  // @ts-expect-error it may be null
  void (away.is_loyal satisfies boolean);
  const sure = await lenient({ user_id: 1 }, { onUnavailable: 'error' });
  holds<Same<typeof sure, Values>>();

  // `read` tells the two apart.
  const reply = await lenient.read({ user_id: 1 });
  if (reply.unavailable) {
    holds<Same<typeof reply, Fallback<(typeof reply)['values']>>>();
    holds<Same<(typeof reply)['at'], null>>();
    holds<Same<(typeof reply)['values']['is_loyal'], boolean | null>>();
  } else {
    holds<Same<typeof reply, Answer<Values, Date>>>();
  }
  // @ts-expect-error which of the two is not known yet
  holds<Same<(typeof reply)['values'], Values>>();
  const replies = await lenient.readMany([{ user_id: 1 }]);
  if (!replies.unavailable) holds<Same<typeof replies, Answer<readonly Values[], Date>>>();

  // Where everything has something to stand in, nothing becomes null.
  void ((await complete({ user_id: 1 })) satisfies Values);
  // @ts-expect-error a client that may do either promises the less
  void ((await either({ user_id: 1 })) satisfies Values);

  // @ts-expect-error no such way
  await strict({ user_id: 1 }, { onUnavailable: 'null' });
  // @ts-expect-error a key is missing
  await strict({});
}
