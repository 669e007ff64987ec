import { Menu, Text, UnstyledButton } from "@mantine/core";
import { pathOf, pathOfAll, type Step } from "../../ui/json-path.ts";
import { answerFieldLooks } from "./answer-fields.ts";
import { answerFields, type AnswerField } from "./endpoint-values.ts";
import styles from "./response-tree.module.css";

/** A value is to be read from `path` as `field`. */
export type OnPick = (field: AnswerField, path: string) => void;

type Props = { value: unknown; steps: readonly Step[]; name: Step | null; onPick: OnPick };

const maxEntries = 50;

/** A response whose values can be clicked to say what they are. */
export function ResponseTree({ value, onPick }: { value: unknown; onPick: OnPick }) {
  return (
    <div className={styles.tree}>
      <Node value={value} steps={[]} name={null} onPick={onPick} />
    </div>
  );
}

function Node({ value, steps, name, onPick }: Props) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className={styles.line}>
        <Name name={name} />
        <Pick steps={steps} onPick={onPick} className={styles.value} data-kind={typeof value}>
          {JSON.stringify(value)}
        </Pick>
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries: [Step, unknown][] = isList ? value.map((item, index) => [index, item]) : Object.entries(value);
  return (
    <div>
      <div className={styles.line}>
        <Name name={name} />
        <Pick steps={steps} onPick={onPick} className={styles.group}>
          {isList ? `list of ${entries.length}` : entries.length === 0 ? "empty" : "group"}
        </Pick>
      </div>
      <div className={styles.children}>
        {entries.slice(0, maxEntries).map(([key, item]) => (
          <Node key={key} value={item} steps={[...steps, key]} name={key} onPick={onPick} />
        ))}
        {entries.length > maxEntries && (
          <Text size="xs" c="dimmed">
            and {entries.length - maxEntries} more
          </Text>
        )}
      </div>
    </div>
  );
}

function Name({ name }: { name: Step | null }) {
  if (name === null) return null;
  return <span className={styles.name}>{name}</span>;
}

function Pick(props: {
  steps: readonly Step[];
  onPick: OnPick;
  className: string | undefined;
  children: React.ReactNode;
  "data-kind"?: string;
}) {
  const { steps, onPick } = props;
  const placeOf = (field: AnswerField) => (answerFieldLooks[field].takes_all ? pathOfAll(steps) : pathOf(steps));
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <UnstyledButton className={props.className} data-kind={props["data-kind"]}>
          {props.children}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>This is the…</Menu.Label>
        {answerFields.map((field) => (
          <Menu.Item key={field} onClick={() => onPick(field, placeOf(field))}>
            <Text size="sm">{answerFieldLooks[field].label}</Text>
            <Text size="xs" c="dimmed" ff="monospace">
              {placeOf(field)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
