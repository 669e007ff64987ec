/** The login page and its three forms: one click, e-mail and password, new account. */
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import type { Provider } from "oidc-provider";
import { errors } from "oidc-provider";
import { z } from "zod";
import { type AccountBook, isLocalPassword, newAccount } from "./accounts.ts";
import { problemPage, sendPage, type SignInPage, signInPage } from "./page.ts";

export type SignInOptions = {
  provider: Provider;
  accounts: AccountBook;
  /** Origin of this login, and origins of the applications that people come from. */
  own_origin: string;
  application_origins: readonly string[];
};

const passwordForm = z.object({ email: z.string().max(254), password: z.string().max(1000) });
const accountForm = z.object({ account: z.string().max(200) });

/**
 * Routes below `/interaction/<uid>`. Each acts only for the browser that holds the cookie of that interaction: it is
 * SameSite=Lax, so a form on a foreign page posts without it, and a foreign `Origin` is refused besides.
 */
export function signInRoutes(options: SignInOptions): Router {
  const router = express.Router();
  const form = [refuseForeignOrigin(options), express.urlencoded({ extended: false, limit: "10kb" })];
  router.get("/interaction/:uid", (request, response) => showPage(options, request, response, {}));
  router.post("/interaction/:uid/account", form, (request: Request, response: Response) =>
    signInAs(options, request, response, accountForm.safeParse(request.body).data?.account),
  );
  router.post("/interaction/:uid/password", form, (request: Request, response: Response) =>
    signInByPassword(options, request, response),
  );
  router.post("/interaction/:uid/sign-up", form, (request: Request, response: Response) =>
    signUp(options, request, response),
  );
  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!(error instanceof errors.SessionNotFound)) return next(error);
    const text = "This sign-in has expired or was finished in another window. Go back and start again.";
    sendPage(response, 400, problemPage("Start again", text, options.application_origins[0]), []);
  });
  return router;
}

function refuseForeignOrigin(options: SignInOptions) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers;
    if (origin === undefined || origin === options.own_origin) return next();
    const text = "This form was sent from another site, so nothing was done.";
    sendPage(response, 403, problemPage("Not allowed", text, options.application_origins[0]), []);
  };
}

async function showPage(
  { provider, accounts, application_origins }: SignInOptions,
  request: Request,
  response: Response,
  shown: Partial<Pick<SignInPage, "problem" | "email" | "name">>,
): Promise<void> {
  const { uid, params } = await provider.interactionDetails(request, response);
  const page: SignInPage = {
    action: `/interaction/${uid}`,
    accounts: await accounts.list(),
    problem: null,
    email: typeof params["login_hint"] === "string" ? params["login_hint"] : "",
    name: "",
    sign_up_first: params["screen_hint"] === "signup",
    ...shown,
  };
  sendPage(response, page.problem === null ? 200 : 422, signInPage(page), application_origins);
}

async function signInAs(
  { provider, accounts, application_origins }: SignInOptions,
  request: Request,
  response: Response,
  sub: string | undefined,
): Promise<void> {
  const account = sub === undefined ? undefined : await accounts.find(sub);
  if (account === undefined) {
    const page = problemPage("No such account", "Go back and choose another one.", application_origins[0]);
    sendPage(response, 400, page, []);
    return;
  }
  const result = { login: { accountId: account.sub, remember: true } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function signInByPassword(options: SignInOptions, request: Request, response: Response): Promise<void> {
  const { email = "", password = "" } = passwordForm.safeParse(request.body).data ?? {};
  const account = await options.accounts.findByEmail(email);
  if (account !== undefined && isLocalPassword(password)) return signInAs(options, request, response, account.sub);
  const message = "No account has this e-mail and password.";
  return showPage(options, request, response, { email, problem: { form: "password", message } });
}

async function signUp(options: SignInOptions, request: Request, response: Response): Promise<void> {
  // Before anything is kept: only a browser in the middle of signing in may create an account.
  await options.provider.interactionDetails(request, response);
  const wanted = newAccount.safeParse(request.body);
  const typed = z.object({ name: z.string().max(1000), email: z.string().max(1000) }).safeParse(request.body).data;
  const again = (message: string): Promise<void> =>
    showPage(options, request, response, { ...typed, problem: { form: "sign-up", message } });
  if (!wanted.success) return again(wanted.error.issues[0]?.message ?? "Enter your name and e-mail address");
  const account = await options.accounts.create(wanted.data);
  if (account === null) return again("Somebody here has this e-mail address already. Sign in above.");
  return signInAs(options, request, response, account.sub);
}
