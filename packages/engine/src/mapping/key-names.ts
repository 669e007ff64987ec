/** What keys of other people's JSON usually mean. */

const longestName = 64;

/** `userInput`, `User-Input` and `user_input` are the same name. */
export function plainName(key: string): string {
  return key
    .slice(0, longestName)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}

/** Names of what a user says, the most telling first. */
const messageNames = (
  "message,user_message,human_message,question,user_question,user_input,user_query,user_prompt,query,query_text," +
  "input,input_text,inputs,utterance,msg,user_text,chat_input,chat_message,prompt,ask,text,content,q,search,body," +
  "request,data,value"
).split(",");
const messageRanks = new Map(messageNames.map((name, rank) => [name, rank]));
/** Up to this rank a name surely is of what a user says, up to the next one it often is. */
export const surestRank = messageNames.indexOf("prompt");
export const likelyRank = messageNames.indexOf("q");
/** Names that say only what kind of value this is: the name above them says more. */
const genericNames = new Set(["text", "content", "body", "data", "value", "input", "request"]);
const endsAsMessage = /_(?:message|question|query|prompt|input|utterance|text)$/;
const instructsTheModel =
  /^(?:system|developer|assistant|bot|ai|negative|default|initial|welcome)_|^(?:system|instructions?|persona|preamble)$/;
const setsTheModelUp =
  /^(?:config|configuration|settings?|options|parameters|params|metadata|meta|headers|tools?|functions?|examples?|user|client|response_format|generation_config|extra)$/;

/** How likely a key names what a user says: 0 is likeliest, null is no sign of it. `above` is the key around it. */
export function messageRank(key: string, above: string | null): number | null {
  const own = rankOf(plainName(key));
  const outer = above === null ? null : rankOf(plainName(above));
  if (own === null || outer === null || !genericNames.has(plainName(key))) return own;
  return Math.min(own, outer + 0.5);
}

function rankOf(name: string): number | null {
  const exact = messageRanks.get(name);
  if (exact !== undefined) return exact;
  return endsAsMessage.test(name) && !instructsTheModel.test(name) ? messageNames.indexOf("prompt") : null;
}

/** Whether what is below a key is set-up rather than something a user says. */
export function isSetup(key: string): boolean {
  const name = plainName(key);
  return instructsTheModel.test(name) || setsTheModelUp.test(name) || isHistory(key);
}

/** Whether a key holds the turns before the newest one. */
export function isHistory(key: string): boolean {
  return /(?:^|_)(?:history|previous|past|earlier|prior)(?:_|$)/.test(plainName(key));
}

/** Whether a key holds the id of a conversation. */
export function isConversationId(key: string): boolean {
  const name = plainName(key);
  return (
    /(?:^|_)(?:conversation|session|thread|chat|dialog|dialogue|context|interaction)_?(?:id|uuid|key)$/.test(name) ||
    /^(?:conversation|session|thread|previous_response_id)$/.test(name)
  );
}

/** Whether a key asks for the answer piece by piece. */
export function isStreamSwitch(key: string): boolean {
  return /^(?:is_)?stream(?:ing)?(?:_enabled)?$/.test(plainName(key));
}

/** Whether a key of a body holds something that nobody but the sender should read. */
export function isSecretKey(key: string): boolean {
  return /(?:^|_)(?:api_?key|access_?key|secret|password|passwd|(?:access|auth|bearer|id|refresh)_?token)$|^(?:token|secret_key)$/.test(
    plainName(key),
  );
}

/** Whether a key says who is talking, which some applications tell conversations apart by. */
export function isCaller(key: string): boolean {
  return /^(?:sender|(?:sender|user|customer|client|visitor|caller)_?id|uid)$/.test(plainName(key));
}

/** Whether a key holds what nobody says: ids, kinds, addresses, names of models. */
export function isNeverSaid(key: string): boolean {
  return /(?:^|_)(?:id|uuid|role|type|kind|object|model|status|state|title|ur[il]|link|lang|language|locale|created\w*|updated\w*|time\w*|date\w*|version|reason|code|format|signature|channel|mode|email|phone|region|currency|username|errors?)$/.test(
    plainName(key),
  );
}
