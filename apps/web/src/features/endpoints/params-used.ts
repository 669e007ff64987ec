/** Names of the parameters a request asks for: `{{ params.language }}`. */
export function paramsUsed(requestMapping: string): string[] {
  const names = Array.from(requestMapping.matchAll(/\{\{[^{}]*?\bparams\.([A-Za-z_]\w*)/g), (match) => match[1] ?? "");
  return [...new Set(names)];
}
