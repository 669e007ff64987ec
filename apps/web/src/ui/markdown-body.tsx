/** Loaded on demand: import `Markdown` of markdown.tsx instead of this. */
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import styles from "./code.module.css";

// Of a picture only its words stay: loading one would tell a stranger that somebody reads this, and when.
const schema: typeof defaultSchema = {
  ...defaultSchema,
  attributes: { ...defaultSchema.attributes, img: ["alt"] },
  protocols: { ...defaultSchema.protocols, href: ["http", "https", "mailto"] },
};

/** HTML in an answer is part of what is tested: it is read, not followed. */
const asText: NonNullable<Options["remarkRehypeOptions"]> = {
  handlers: {
    html: (_state, { value }: { value: string }, parent?: { type: string }) => {
      const text = { type: "text" as const, value };
      return parent?.type === "root"
        ? { type: "element" as const, tagName: "p", properties: {}, children: [text] }
        : text;
    },
  },
};

const components: Components = {
  // Without a place of its own, a link would lead somewhere in this app.
  a: ({ href = "", children }) =>
    /^(https?|mailto):/i.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: ({ alt }) => <em>[picture: {alt === "" || alt === undefined ? "not shown" : alt}]</em>,
};

export default function MarkdownBody({ text }: { text: string }) {
  return (
    <div className={styles.prose} data-prose>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        remarkRehypeOptions={asText}
        rehypePlugins={[[rehypeSanitize, schema]]}
        components={components}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
