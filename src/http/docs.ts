/** `/swagger`: the OpenAPI document and its page, readable without any network. */
import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
// @ts-expect-error The bundle is embedded as a file, not imported as a module.
import scalar from "../../node_modules/@scalar/api-reference/dist/browser/standalone.js" with { type: "file" };
import { type Asset, asset } from "./asset.ts";
import { type Document, tidy } from "./document.ts";
import { ERROR } from "./failures.ts";
import { PAGE_HEADERS, renderPage } from "./page.ts";

const PAGE = "/swagger";
const DOCUMENT = "/swagger/json";
const BUNDLE = "/swagger/scalar.js";

/** Groups of routes, in the order in which the page shows them. */
export interface Group {
  name: string;
  description: string;
}

export interface DocsOptions {
  version: string;
  /** Markdown, at the head of the page. */
  introduction: string;
  groups: readonly Group[];
}

const utf8 = (text: string) => new TextEncoder().encode(text);

export function docs({ version, introduction, groups }: DocsOptions) {
  const page = asset(() => utf8(renderPage("falgate")), PAGE_HEADERS);
  const bundle = asset(() => Bun.file(scalar as string).bytes(), {
    "content-type": "text/javascript; charset=utf-8",
  });
  let document: Asset | undefined;

  const generator = swagger({
    path: PAGE,
    specPath: DOCUMENT,
    documentation: {
      openapi: "3.1.0",
      info: {
        title: "falgate",
        version,
        description: introduction,
        license: { name: "MIT", identifier: "MIT" } as { name: string },
      },
      servers: [{ url: "/" }],
      tags: [...groups],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "A client key of this gateway." },
          admin: { type: "http", scheme: "bearer", description: "This gateway's `ADMIN_KEY`." },
        },
        schemas: { Error: ERROR as object },
      },
    } as object,
  });

  return (
    new Elysia()
      .get(BUNDLE, ({ request }) => bundle(request), { detail: { hide: true } })
      // The generator knows the routes; what it says of them is put right, and the page is our own.
      .onAfterHandle(({ path, request, response }) => {
        if (path.startsWith(DOCUMENT)) {
          document ??= asset(() => utf8(JSON.stringify(tidy(response as Document))), {
            "content-type": "application/json",
          });
          return document(request);
        }
        return path === PAGE ? page(request) : straightened();
      })
      .use(generator)
  );
}

/** Under `/swagger/` the page's relative links would lead nowhere. */
const straightened = () => new Response(null, { status: 308, headers: { location: "../swagger" } });
