/** What a process uses, from /proc. */

/** Resident memory now and at its peak, in MB. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

export const onLinux = process.platform === "linux";
