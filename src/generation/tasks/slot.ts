/** What a task's call is for: its stage, the endpoint, and which of several it is. */
export const slotOf = (stage: string, endpoint: string, number: number) =>
  `${stage} ${endpoint} ${number}`;
