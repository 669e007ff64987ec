/** The pages of the local login, as plain HTML without a script. */
import { createHash } from "node:crypto";
import type { Response } from "express";
import { type Account, localPassword } from "./accounts.ts";
import { pageStyle } from "./page-style.ts";

export type SignInPage = {
  /** Path that the forms post below. */
  action: string;
  accounts: Account[];
  /** What went wrong at the last try. */
  problem: { form: "password" | "sign-up"; message: string } | null;
  email: string;
  name: string;
  sign_up_first: boolean;
};

export function signInPage(page: SignInPage): string {
  const { problem } = page;
  return document(
    "Sign in",
    `<p class="brand">Rhesis on this computer</p>
<h1>Sign in</h1>
<p class="soft">Choose who you want to be. Each belongs to another organization and sees nothing of the others.</p>
<form method="post" action="${escape(page.action)}/account">${page.accounts.map(accountButton).join("")}</form>
<section aria-labelledby="by-password"><h2 id="by-password">With e-mail and password</h2>
${problem?.form === "password" ? alert(problem.message) : ""}
<form method="post" action="${escape(page.action)}/password">
${field("email", "E-mail", "email", "username", page.email)}
${field("password", "Password", "password", "current-password", "")}
<button class="main">Sign in</button></form>
<p class="soft">The password of every account here is <code>${escape(localPassword)}</code>.</p></section>
<section><details${page.sign_up_first || problem?.form === "sign-up" ? " open" : ""}><summary>Create an account</summary>
${problem?.form === "sign-up" ? alert(problem.message) : ""}
<form method="post" action="${escape(page.action)}/sign-up">
${field("name", "Name", "text", "name", page.name, "new-")}
${field("email", "E-mail", "email", "email", problem?.form === "sign-up" ? page.email : "", "new-")}
<button class="main">Create account and sign in</button></form></details></section>`,
  );
}

/** A page that says what went wrong and where to go on. `home` is the address of the application. */
export function problemPage(title: string, message: string, home: string | undefined): string {
  const link = home === undefined ? "" : `<p><a href="${escape(home)}">Back to Rhesis</a></p>`;
  return document(
    title,
    `<p class="brand">Rhesis on this computer</p><h1>${escape(title)}</h1><p>${escape(message)}</p>${link}`,
  );
}

function accountButton(account: Account): string {
  const label = account.organization === undefined ? account.name : `${account.name} — ${account.organization}`;
  return `<button class="person" name="account" value="${escape(account.sub)}"><b>${escape(label)}</b> <span>${escape(account.email)}</span></button>`;
}

function field(name: string, label: string, type: string, autocomplete: string, value: string, prefix = ""): string {
  const id = `${prefix}${name}`;
  return `<label for="${id}">${label}</label><input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}" required value="${escape(value)}">`;
}

function alert(message: string): string {
  return `<p class="wrong" role="alert">${escape(message)}</p>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Rhesis</title><link rel="icon" href="data:,"><style>${pageStyle}</style></head>
<body><main>${body}</main></body></html>`;
}

const styleHash = createHash("sha256").update(pageStyle).digest("base64");

/**
 * Headers of a page that runs nothing, loads nothing and cannot be framed.
 *
 * @param form_targets origins a form may end at: browsers apply `form-action` to the redirects after it, too
 */
export function pageHeaders(form_targets: readonly string[]): Record<string, string> {
  return {
    "content-security-policy":
      `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; ` +
      `form-action ${["'self'", ...form_targets].join(" ")}; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
  };
}

export function sendPage(response: Response, status: number, html: string, form_targets: readonly string[]): void {
  response.status(status).set(pageHeaders(form_targets)).type("html").send(html);
}
