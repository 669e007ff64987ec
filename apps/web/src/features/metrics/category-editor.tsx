import { ActionIcon, Button, Group, Input, Stack, Switch, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

type Props = {
  categories: readonly string[];
  passing: readonly string[];
  onChange: (changes: { categories: string[]; passing_categories: string[] }) => void;
  error?: string | undefined;
};

/** The categories a judge chooses from, each with a switch that says whether it passes. */
export function CategoryEditor({ categories, passing, onChange, error }: Props) {
  const rename = (index: number, name: string) => {
    const before = categories[index];
    onChange({
      categories: categories.map((each, at) => (at === index ? name : each)),
      passing_categories: passing.map((each) => (each === before ? name : each)),
    });
  };
  const toggle = (name: string, passes: boolean) =>
    onChange({
      categories: [...categories],
      // In the order of the categories, so that the sentence about them reads the same way.
      passing_categories: categories.filter((each) => (each === name ? passes : passing.includes(each))),
    });
  const remove = (index: number) =>
    onChange({
      categories: categories.filter((_, at) => at !== index),
      passing_categories: passing.filter((each) => each !== categories[index]),
    });
  return (
    <Input.Wrapper
      label="Categories"
      labelElement="div"
      description="The judge chooses one. Switch on those that let the answer pass."
      error={error}
    >
      <Stack gap={6} mt={4} role="group" aria-label="Categories">
        {categories.map((category, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a category being renamed keeps its place
          <CategoryRow
            key={index}
            number={index + 1}
            name={category}
            passes={passing.includes(category)}
            onRename={(name) => rename(index, name)}
            onToggle={(passes) => toggle(category, passes)}
            onRemove={categories.length <= 2 ? null : () => remove(index)}
          />
        ))}
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange({ categories: [...categories, ""], passing_categories: [...passing] })}
          >
            Add a category
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}

function CategoryRow(props: {
  number: number;
  name: string;
  passes: boolean;
  onRename: (name: string) => void;
  onToggle: (passes: boolean) => void;
  /** Null where the judge would be left with less than a choice. */
  onRemove: (() => void) | null;
}) {
  const { number, name, passes, onRename, onToggle, onRemove } = props;
  return (
    <Group gap="sm" wrap="nowrap">
      <TextInput
        flex={1}
        aria-label={`Category ${number}`}
        value={name}
        onChange={(event) => onRename(event.currentTarget.value)}
      />
      <Switch
        label="Passes"
        checked={passes}
        disabled={name === ""}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Remove category ${number}`}
        disabled={onRemove === null}
        onClick={() => onRemove?.()}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
