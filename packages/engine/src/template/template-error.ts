/** A template that cannot be read or rendered; the message is meant for the person who wrote the template. */
export class TemplateError extends Error {
  override name = "TemplateError";
}
