/** The page of `/swagger`: Scalar's reader over our document, with a policy that keeps it at home. */

/** Whatever Scalar may come to ask of other hosts, the browser refuses it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Fonts, telemetry, hosted clients and assistants would all call home. */
const CONFIGURATION = {
  url: "swagger/json",
  theme: "default",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  proxyUrl: "",
  externalUrls: { dashboardUrl: "", registryUrl: "", proxyUrl: "", apiBaseUrl: "" },
  documentDownloadType: "direct",
  persistAuth: true,
  authentication: { preferredSecurityScheme: "bearer" },
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  defaultOpenAllTags: true,
  // Its heading, "Models", is that of a group of ours.
  hideModels: true,
  orderSchemaPropertiesBy: "preserve",
};

/** Its links are relative, so that it works under any path that a proxy puts before it. */
export function renderPage(title: string): string {
  const configuration = JSON.stringify(CONFIGURATION);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${Bun.escapeHTML(title)}</title>
    <link rel="icon" href="data:,">
    <style>body { margin: 0 }</style>
  </head>
  <body>
    <noscript>This page needs JavaScript. The document itself is at <a href="swagger/json">swagger/json</a>.</noscript>
    <script id="api-reference" data-configuration="${Bun.escapeHTML(configuration)}"></script>
    <script src="swagger/scalar.js"></script>
  </body>
</html>
`;
}
