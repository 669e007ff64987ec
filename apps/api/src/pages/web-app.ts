/** The web application where one process serves all: files, one page for all of its addresses, and what it must know. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Router, static as staticFiles, type Request, type Response } from "express";
import { resolveFeatures } from "@rhesis/auth/features";
import type { ApiConfig } from "../config.ts";

type WebConfig = Pick<ApiConfig, "issuer" | "AUTH0_CLIENT_ID" | "AUTH0_AUDIENCE" | "RHESIS_FEATURES">;

/** What the web application has to know before anybody signed in. */
export function configRoute(config: WebConfig): Router {
  const router = Router();
  const answer = {
    issuer: config.issuer,
    // auth0-spa-js takes a host, or a whole address without the slash at its end.
    domain: config.issuer.replace(/\/$/, ""),
    client_id: config.AUTH0_CLIENT_ID,
    audience: config.AUTH0_AUDIENCE,
    features: resolveFeatures(config.RHESIS_FEATURES, {}),
  };
  router.get("/config.json", (_request, response) => void response.set("cache-control", "no-cache").json(answer));
  return router;
}

/** Files of `directory`; hashed assets for ever, and the page for every address that is not a file. */
export function webAppRoutes(directory: string, config: WebConfig): Router {
  const router = Router();
  const page = createPage(join(directory, "index.html"), config.issuer);
  router.use("/assets", staticFiles(join(directory, "assets"), { immutable: true, maxAge: "1y", fallthrough: false }));
  router.get("/", page);
  router.get("/index.html", page);
  router.use(staticFiles(directory, { index: false, maxAge: "1h" }));
  router.get("/*splat", (request, response, next) => {
    if (request.accepts(["json", "html"]) !== "html" || /\.\w{1,5}$/.test(request.path)) return next();
    return page(request, response);
  });
  return router;
}

/** Each answer has a nonce of its own, for the styles that the application adds while it runs. */
function createPage(file: string, issuer: string): (request: Request, response: Response) => Promise<void> {
  const login = new URL(issuer).origin;
  return async (_request, response) => {
    const html = await readFile(file, "utf8");
    const nonce = randomBytes(16).toString("base64");
    const policy = [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      `connect-src 'self' ${login}`,
      `frame-src ${login}`,
      "worker-src 'self' blob:",
      "manifest-src 'self'",
      `form-action 'self' ${login}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; ");
    response.set("content-security-policy", policy).set("cache-control", "no-cache").type("html");
    response.send(html.replace(/<head>/, `<head><meta property="csp-nonce" content="${nonce}">`));
  };
}
