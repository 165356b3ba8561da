/** A bucket as S3 speaks: whole and multipart uploads, ranges, signed links. In memory. */

export interface Bucket {
  url: string;
  /** Objects by key, without the bucket's name. */
  objects: Map<string, { type: string; bytes: Uint8Array }>;
  /** `PUT /bucket/key?partNumber=1` and so on, in order. */
  seen: string[];
  /** Makes the next request answer with that status. */
  fail(status: number, times?: number): void;
  stop(): Promise<void>;
}

interface Upload {
  type: string;
  parts: Map<number, Uint8Array>;
}

export function startBucket(name = "bucket"): Bucket {
  const objects: Bucket["objects"] = new Map();
  const uploads = new Map<string, Upload>();
  const seen: string[] = [];
  let failing: { status: number; times: number } | undefined;

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      seen.push(`${request.method} ${pathname}`);
      const bytes = new Uint8Array(await request.arrayBuffer());
      const signed = request.headers.get("authorization") ?? searchParams.get("X-Amz-Signature");
      if (!signed) return refusal(403, "AccessDenied");
      if (failing && failing.times > 0) {
        failing.times -= 1;
        return refusal(failing.status, "InternalError");
      }
      if (!pathname.startsWith(`/${name}/`)) return refusal(404, "NoSuchBucket");
      const key = pathname.slice(name.length + 2);
      const type = request.headers.get("content-type") ?? "application/octet-stream";
      return answer(request, key, type, bytes, searchParams);
    },
  });

  function answer(
    request: Request,
    key: string,
    type: string,
    bytes: Uint8Array,
    query: URLSearchParams,
  ): Response {
    const upload = query.get("uploadId");
    if (request.method === "POST" && query.has("uploads")) {
      const id = `upload-${uploads.size + 1}`;
      uploads.set(id, { type, parts: new Map() });
      return xml(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (upload) return part(request.method, key, upload, bytes, Number(query.get("partNumber")));
    if (request.method === "PUT") {
      objects.set(key, { type, bytes });
      return new Response(null, { headers: { etag: '"whole"' } });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return new Response(null, { status: 204 });
    }
    const object = objects.get(key);
    if (!object) return refusal(404, "NoSuchKey");
    return read(object, request);
  }

  function part(method: string, key: string, id: string, bytes: Uint8Array, number: number) {
    const upload = uploads.get(id);
    if (!upload) return refusal(404, "NoSuchUpload");
    if (method === "PUT") {
      upload.parts.set(number, bytes);
      return new Response(null, { headers: { etag: `"part-${number}"` } });
    }
    uploads.delete(id);
    if (method === "DELETE") return new Response(null, { status: 204 });
    const parts = [...upload.parts].sort(([a], [b]) => a - b);
    const small = parts.slice(0, -1).some(([, { length }]) => length < 5 * 1024 * 1024);
    if (small) return refusal(400, "EntityTooSmall");
    objects.set(key, { type: upload.type, bytes: Buffer.concat(parts.map(([, one]) => one)) });
    return xml(
      `<CompleteMultipartUploadResult><ETag>"many"</ETag></CompleteMultipartUploadResult>`,
    );
  }

  return {
    url: server.url.href.replace(/\/$/, ""),
    objects,
    seen,
    fail(status, times = 1) {
      failing = { status, times };
    },
    stop: () => server.stop(true),
  };
}

function read({ type, bytes }: { type: string; bytes: Uint8Array }, request: Request): Response {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
  const end = to ? Number(to) + 1 : bytes.length;
  const body = from === undefined ? bytes : bytes.subarray(Number(from), end);
  const headers = {
    "content-type": type,
    "content-length": String(body.length),
    etag: '"one"',
    "last-modified": new Date().toUTCString(),
    ...(from === undefined ? {} : { "content-range": `bytes ${from}-${end - 1}/${bytes.length}` }),
  };
  const head = request.method === "HEAD";
  return new Response(head ? null : Buffer.from(body), {
    status: from === undefined ? 200 : 206,
    headers,
  });
}

const xml = (text: string, status = 200) =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>${text}`, {
    status,
    headers: { "content-type": "application/xml" },
  });

const refusal = (status: number, code: string) =>
  xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`, status);
