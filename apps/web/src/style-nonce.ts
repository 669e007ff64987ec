/** The nonce of this page load: the content policy allows style elements only with it. "" where there is none. */
export const styleNonce = document.querySelector('meta[property="csp-nonce"]')?.getAttribute("content") ?? "";

// Read by the library that locks scrolling behind dialogs.
Reflect.set(globalThis, "__webpack_nonce__", styleNonce);
