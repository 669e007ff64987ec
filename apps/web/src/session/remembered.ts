/** Small choices this browser remembers. Storage may be refused: then nothing is remembered and nothing breaks. */

type Place = "tab" | "browser";

function storage(place: Place): Storage | null {
  try {
    return place === "tab" ? window.sessionStorage : window.localStorage;
  } catch {
    return null;
  }
}

/** `tab` first: two tabs may work in two organizations. */
export function remembered(key: string): string | null {
  return storage("tab")?.getItem(key) ?? storage("browser")?.getItem(key) ?? null;
}

export function remember(key: string, value: string | null): void {
  for (const place of [storage("tab"), storage("browser")]) {
    if (value === null) place?.removeItem(key);
    else place?.setItem(key, value);
  }
}
