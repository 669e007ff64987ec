/** The API reference at /docs: Scalar, from our own server. The page asks nobody else for anything. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Router, type Response } from "express";
import { restPrefix } from "../rest/handler.ts";

// The package does not export its browser bundle by name; it lies beside its entry.
const bundles = fileURLToPath(new URL("browser/", import.meta.resolve("@scalar/api-reference")));

const start = `Scalar.createApiReference("#reference", {
  url: "${restPrefix}/openapi.json",
  theme: "default",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
  authentication: { preferredSecurityScheme: "bearer" },
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
});
`;

/** Scalar's own colours for lesser text are too pale, and its smallest buttons too small, for WCAG AA. */
const style = `.light-mode {
  --scalar-color-2: #565f6e;
  --scalar-color-3: #5f6876;
  --scalar-color-blue: #1f5fbf;
  --scalar-color-green: #0f6b3a;
  --scalar-color-red: #b3261e;
  --scalar-color-orange: #8f3a00;
}
.dark-mode {
  --scalar-color-2: #b4bcc8;
  --scalar-color-3: #a4adbb;
  --scalar-color-red: #ff9f97;
}
button[class*="top-[1lh]"] {
  padding: 5px !important;
}
`;

/** Pages, scripts and styles of /docs. */
export function docsRoutes(): Router {
  const router = Router();
  router.get("/docs", (_request, response) => sendPage(response));
  router.get("/docs/scalar.js", (_request, response) => {
    response.sendFile("standalone.js", {
      root: bundles,
      maxAge: "1d",
      headers: { "content-type": "text/javascript; charset=utf-8" },
    });
  });
  router.get("/docs/start.js", (_request, response) => {
    response.type("text/javascript").set("cache-control", "no-cache").send(start);
  });
  router.get("/docs/style.css", (_request, response) => {
    response.type("text/css").set("cache-control", "no-cache").send(style);
  });
  return router;
}

function sendPage(response: Response): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  response.set("content-security-policy", policy).set("cache-control", "no-store").type("html");
  response.send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/style.css">
<title>Rhesis API</title>
</head>
<body>
<div id="reference"></div>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`);
}
