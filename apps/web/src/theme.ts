/** Colours and shapes. Contrast of text is at least 4.5 to 1 in both schemes. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const blue: MantineColorsTuple = [
  "#eef4fd",
  "#dbe7fa",
  "#b6cef5",
  "#8fb4ef",
  "#6d9dea",
  "#4b85e2",
  "#2f6dd0",
  "#1f5fbf",
  "#194e9e",
  "#123a78",
];

/** White letters stand on 7. */
const red: MantineColorsTuple = [
  "#fdeae8",
  "#fbd3cf",
  "#f5a9a3",
  "#ee7f77",
  "#e65d53",
  "#dc4338",
  "#c9342a",
  "#b3261e",
  "#8f1d17",
  "#6e1611",
];

/** Neutral, slightly blue greys; the page in dark is 8, what stands on it 7. */
const dark: MantineColorsTuple = [
  "#e4e8ee",
  "#c3cad5",
  "#a4adbb",
  "#7d8797",
  "#4a5261",
  "#363d49",
  "#262c36",
  "#1d2128",
  "#14171c",
  "#0e1014",
];

/** Notes stand on the same quiet grounds as verdicts. */
const grounds: Readonly<Record<string, string>> = {
  red: "var(--fail-ground)",
  yellow: "var(--inconclusive-ground)",
  green: "var(--pass-ground)",
  grape: "var(--error-ground)",
  gray: "var(--hover)",
};

const dialogTitle = {
  title: { fontSize: "1.0625rem", fontWeight: 650, lineHeight: 1.35, overflowWrap: "anywhere" },
} as const;

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 7, dark: 7 },
  colors: { blue, red, dark },
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Alert: {
      vars: (_theme: unknown, { color }: { color?: string }) => ({
        root: { "--alert-bg": grounds[color ?? ""] ?? "var(--chosen)", "--alert-color": "var(--ink)" },
      }),
      styles: { title: { color: "var(--ink)" } },
    },
    // Without it the first entry is focused, and a menu holds nothing but entries.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } }, styles: dialogTitle },
    Modal: {
      defaultProps: { centered: true, radius: "lg", closeButtonProps: { "aria-label": "Close" } },
      styles: dialogTitle,
    },
    Paper: { defaultProps: { radius: "lg" } },
  },
});

/** In the dark, Mantine's own ground of a lesser button is darker than the card it stands on. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    "--mantine-color-blue-light": "var(--chosen)",
    "--mantine-color-blue-light-hover": "color-mix(in srgb, var(--chosen) 90%, var(--accent))",
    "--mantine-color-blue-light-color": "var(--accent)",
  },
});
