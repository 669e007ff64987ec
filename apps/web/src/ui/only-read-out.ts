/** `labelProps` of a group whose heading is its label on the screen already: an `aria-label` would not reach the group. */
export const onlyReadOut = { className: "only-read-out" };
