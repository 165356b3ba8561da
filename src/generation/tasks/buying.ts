/** Paying for a task's calls: each is opened under the task's name, and found again after a restart. */
import type { FalKey } from "../../fal/keys.ts";
import type { Buyer, Order, Purchase, Purchases } from "../../fal/purchase.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Endpoint } from "../../models/catalog.ts";
import type { NewTask } from "../task.ts";
import { slotOf } from "./slot.ts";

export interface Buying {
  /**
   * Opens the call of that slot and waits for its turn; the key is the one to make it with, any where
   * there is none. `waiting` is told how many are before it, if it has to wait. Rejects with ApiError
   * 402, or the signal's reason.
   */
  turn(
    slot: string,
    order: Omit<Order, "id">,
    waiting?: (ahead: number) => void,
  ): Promise<{ purchase: Purchase; key?: FalKey | undefined }>;
  /** The purchase of a call that fal has. */
  of(record: CallRecord): Purchase;
}

export interface BuyingOptions {
  purchases: Purchases;
  task: NewTask;
  /** Ends a wait: the task's end was asked for, or the process lets go. */
  signal: AbortSignal;
}

export const buyerOf = ({ owner, id, route, dialect, model }: NewTask): Buyer => ({
  ...{ owner, model },
  trace: id,
  route: route ?? dialect,
});

/** The same in every process: what is set aside for it stays so when the task changes hands. */
const orderId = (taskId: string, slot: string) => `${taskId} ${slot}`;

/** The first stage's calls, as they will be ordered. */
export const ordersOf = (
  { id: taskId }: NewTask,
  { id: endpoint }: Endpoint,
  calls: readonly { input: Record<string, unknown> }[],
): Order[] =>
  calls.map(({ input }, number) => {
    const id = orderId(taskId, slotOf("generate", endpoint, number));
    return { id, endpoint, input, way: "queue" };
  });

export function createBuying({ purchases, task, signal }: BuyingOptions): Buying {
  const open = new Map<string, Purchase>();
  const buyer = buyerOf(task);
  return {
    async turn(slot, order, waiting) {
      const [purchase] = await purchases.open(buyer, [{ ...order, id: orderId(task.id, slot) }]);
      const key = await purchase!.turn({ signal, ...(waiting ? { waiting } : {}) });
      open.set(slot, purchase!);
      return { purchase: purchase!, key };
    },
    of({ slot, endpoint, input, requestId, falKey }) {
      const known = open.get(slot);
      if (known) return known;
      const order = { id: orderId(task.id, slot), endpoint, input, way: "queue" } as const;
      const taken = { requestId: requestId ?? undefined, falKey: falKey ?? "" };
      const purchase = purchases.resume(buyer, order, taken);
      open.set(slot, purchase);
      return purchase;
    },
  };
}
