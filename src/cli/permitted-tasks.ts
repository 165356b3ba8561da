/** Tasks that are begun only with models which their owner may use, whatever dialect they come in. */
import type { Keyring } from "../accounts/keyring.ts";
import { permitModel } from "../accounts/permission.ts";
import type { Tasks } from "../generation/task.ts";
import type { Dictionary } from "../models/resolve.ts";

export function permittedTasks(tasks: Tasks, keyring: Keyring, dictionary: Dictionary): Tasks {
  return {
    ...tasks,
    async create(task) {
      const owner = keyring.byId(task.owner);
      const model = dictionary.resolve(task.model);
      if (owner && model) permitModel(owner, model);
      return tasks.create(task);
    },
  };
}
