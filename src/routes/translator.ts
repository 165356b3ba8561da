/** From the text of an upstream's stream, cut anywhere by the network, to what a relay writes for it. */
import { createEventParser } from "../fal/events.ts";
import type { Relay } from "../openai/chat/relay.ts";

/** What the relay writes for one piece of the upstream's text. */
export type Translate = (text: string) => string;

/**
 * Events cut anywhere by the network are put together. Whole ones go to the relay's quick way first;
 * only what is unknown there is taken apart and parsed. Other line ends than LF are for the parser.
 */
export function translator(relay: Relay): Translate {
  const parser = createEventParser();
  let rest = "";
  let simple = true;

  function parsed(text: string): string {
    let written = "";
    for (const { data } of parser.push(text)) written += relay.push(data);
    return written;
  }

  return (text) => {
    simple &&= !text.includes("\r");
    const all = rest + text;
    if (!simple) {
      rest = "";
      return parsed(all);
    }
    const end = all.lastIndexOf("\n\n") + 2;
    if (end < 2) {
      rest = all;
      return "";
    }
    rest = all.slice(end);
    const events = all.slice(0, end);
    return relay.quick(events) ?? parsed(events);
  };
}
