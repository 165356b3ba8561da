/** Ids of new-api's tasks: `task_` and 32 letters or digits (`model/task.go`). */
import { ALL, randomOf } from "../random.ts";

export const newApiId = (): string => `task_${randomOf(ALL, 32)}`;
