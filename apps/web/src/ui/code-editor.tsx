/** CodeMirror for JSON. Loaded on demand: import `JsonEditor` of json-view instead of this. */
import { json } from "@codemirror/lang-json";
import { useComputedColorScheme } from "@mantine/core";
import CodeMirror, { EditorView, keymap } from "@uiw/react-codemirror";
import { useMemo, type RefObject } from "react";
import { styleNonce } from "../style-nonce.ts";

/** Replaces the selection with what `make` gives for the text and the place where it begins. */
export type InsertText = (make: (text: string, position: number) => string) => void;

type Props = {
  value: string;
  onChange: (text: string) => void;
  label: string;
  height: string;
  insertRef?: RefObject<InsertText | null> | undefined;
};

const setup = { lineNumbers: false, foldGutter: false, highlightActiveLine: false };
const look = EditorView.theme({
  // The dark theme brings a ground of its own, on which its colours are too faint.
  "&": { backgroundColor: "transparent !important" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mantine-font-family-monospace)", padding: "10px 0" },
  ".cm-line": { padding: "0 12px" },
});
/** Tab leaves the editor, as it leaves every other field: nobody may be caught in it. */
const escape = keymap.of([{ key: "Escape", run: (view) => (view.contentDOM.blur(), true) }]);
/** Browsers bring only the line of the cursor into view, and the rest may stay hidden behind the buttons of a form. */
const showWhole = EditorView.domEventHandlers({
  keyup: ({ key }, view) => {
    if (key === "Tab") view.dom.scrollIntoView({ block: "nearest" });
  },
});

function inserterOf(view: EditorView): InsertText {
  return (make) => {
    const { from, to } = view.state.selection.main;
    const insert = make(view.state.doc.toString(), from);
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
    view.focus();
  };
}

export default function CodeEditor({ value, onChange, label, height, insertRef }: Props) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo(
    () => [
      json(),
      EditorView.cspNonce.of(styleNonce),
      EditorView.lineWrapping,
      look,
      escape,
      showWhole,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
    ],
    [label],
  );
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      height={height}
      theme={scheme}
      indentWithTab={false}
      basicSetup={setup}
      extensions={extensions}
      onCreateEditor={(view) => {
        if (insertRef !== undefined) insertRef.current = inserterOf(view);
      }}
    />
  );
}
