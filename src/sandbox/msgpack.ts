/** MessagePack, as far as JSON values and bytes need it: the realtime clients' default encoding. */

const utf8 = new TextEncoder();

export function encodeMessage(value: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Uint8Array[]): void {
  if (value === null || value === undefined) return void parts.push(bytes(0xc0));
  if (typeof value === "boolean") return void parts.push(bytes(value ? 0xc3 : 0xc2));
  if (typeof value === "number") return void parts.push(number(value));
  if (typeof value === "string") {
    const text = utf8.encode(value);
    const short = text.length < 32 ? bytes(0xa0 | text.length) : undefined;
    parts.push(short ?? head(text.length, 0xd9, 0xda, 0xdb), text);
    return;
  }
  if (value instanceof Uint8Array)
    return void parts.push(head(value.length, 0xc4, 0xc5, 0xc6), value);
  if (Array.isArray(value)) {
    parts.push(value.length < 16 ? bytes(0x90 | value.length) : head(value.length, 0, 0xdc, 0xdd));
    for (const item of value) write(item, parts);
    return;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  parts.push(
    entries.length < 16 ? bytes(0x80 | entries.length) : head(entries.length, 0, 0xde, 0xdf),
  );
  for (const [key, item] of entries) {
    write(key, parts);
    write(item, parts);
  }
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** A length behind the code for its width; lists and maps have no 8-bit form. */
function head(length: number, narrow: number, middle: number, wide: number): Uint8Array {
  if (length < 0x100 && narrow) return bytes(narrow, length);
  if (length < 0x10000) return bytes(middle, length >> 8, length & 0xff);
  const file = new Uint8Array(5);
  file[0] = wide;
  new DataView(file.buffer).setUint32(1, length);
  return file;
}

function number(value: number): Uint8Array {
  if (Number.isInteger(value) && value >= 0 && value < 128) return bytes(value);
  if (Number.isInteger(value) && value < 0 && value >= -32) return bytes(value & 0xff);
  const file = new Uint8Array(9);
  file[0] = 0xcb;
  new DataView(file.buffer).setFloat64(1, value);
  return file;
}

/** Throws a RangeError when the message ends too soon or holds what JSON has no word for. */
export function decodeMessage(message: Uint8Array): unknown {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;

  function take(length: number): number {
    at += length;
    return at - length;
  }
  const text = (length: number) => {
    const from = take(length);
    if (at > message.length) throw new RangeError("truncated");
    return new TextDecoder().decode(message.subarray(from, at));
  };
  const binary = (length: number) => message.slice(take(length), at);
  const list = (length: number): unknown[] => {
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) items.push(read());
    return items;
  };
  const map = (length: number): Record<string, unknown> => {
    const entries: [string, unknown][] = [];
    for (let index = 0; index < length; index++) entries.push([String(read()), read()]);
    return Object.fromEntries(entries);
  };

  function read(): unknown {
    const code = view.getUint8(take(1));
    if (code < 0x80) return code;
    if (code < 0x90) return map(code & 0x0f);
    if (code < 0xa0) return list(code & 0x0f);
    if (code < 0xc0) return text(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    return forms[code]?.() ?? unreadable(code);
  }

  const forms: Record<number, () => unknown> = {
    0xc2: () => false,
    0xc3: () => true,
    0xc4: () => binary(view.getUint8(take(1))),
    0xc5: () => binary(view.getUint16(take(2))),
    0xc6: () => binary(view.getUint32(take(4))),
    0xca: () => view.getFloat32(take(4)),
    0xcb: () => view.getFloat64(take(8)),
    0xcc: () => view.getUint8(take(1)),
    0xcd: () => view.getUint16(take(2)),
    0xce: () => view.getUint32(take(4)),
    0xcf: () => Number(view.getBigUint64(take(8))),
    0xd0: () => view.getInt8(take(1)),
    0xd1: () => view.getInt16(take(2)),
    0xd2: () => view.getInt32(take(4)),
    0xd3: () => Number(view.getBigInt64(take(8))),
    0xd9: () => text(view.getUint8(take(1))),
    0xda: () => text(view.getUint16(take(2))),
    0xdb: () => text(view.getUint32(take(4))),
    0xdc: () => list(view.getUint16(take(2))),
    0xdd: () => list(view.getUint32(take(4))),
    0xde: () => map(view.getUint16(take(2))),
    0xdf: () => map(view.getUint32(take(4))),
  };

  return read();
}

function unreadable(code: number): null {
  if (code === 0xc0) return null;
  throw new RangeError(`MessagePack type 0x${code.toString(16)}`);
}
