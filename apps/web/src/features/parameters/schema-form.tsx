import { Button, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { setParametersSchema, type ProjectParameters } from "@rhesis/router/parameters/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { FieldCard } from "./field-card.tsx";
import { draftsOf, fieldInputs, newField, type SchemaValues } from "./schema-values.ts";

/** As many as the contract takes. */
const most = 100;

/** All parameters of a project while they are written. */
export function SchemaForm({ parameters, onEnd }: { parameters: ProjectParameters; onEnd: () => void }) {
  const { project_id, version } = parameters;
  const contract = useContractForm({
    schema: setParametersSchema,
    initialValues: { fields: draftsOf(parameters.fields) },
    toInput: ({ fields }) => ({ project_id, expected_version: version, fields: fieldInputs(fields) }),
    save: async (input) => {
      const saved = await api.parameters.set_schema.mutate(input);
      queryClient.setQueryData(trpc.parameters.schema.queryKey({ project_id }), saved);
      for (const part of [trpc.parameter_environment, trpc.parameters.resolve, trpc.project]) {
        void queryClient.invalidateQueries(part.pathFilter());
      }
      onEnd();
      notifyDone("Saved.");
    },
  });
  useUnsavedGuard(contract.hasUnsaved);
  const { form, onSubmit, isSaving, failure } = contract;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Fields form={form} />
      <Stack gap={0} mt="md">
        <FormFailure failure={failure} />
        <FormActions submit="Save parameters" isSaving={isSaving} onCancel={onEnd} />
      </Stack>
    </form>
  );
}

function Fields({ form }: { form: ReturnType<typeof useContractForm<SchemaValues, unknown>>["form"] }) {
  const { fields } = form.getValues();
  const count = useRef(0);
  const [added, setAdded] = useState<string | null>(null);
  const [told, setTold] = useState("");
  const add = () => {
    // Names hold no such sign.
    const key = `new-${(count.current += 1)}`;
    form.insertListItem("fields", newField(key));
    setAdded(key);
  };
  const move = (from: number, to: number) => {
    form.reorderListItem("fields", { from, to });
    setTold(`${fields[from]?.name ?? ""} is now ${to + 1} of ${fields.length}`);
  };
  return (
    <Stack gap="md">
      {fields.length === 0 && (
        <Text size="sm" c="dimmed">
          Without parameters, versions hold nothing. Add the first one.
        </Text>
      )}
      <Stack component="ol" gap="md" p={0} m={0} style={{ listStyle: "none" }}>
        {fields.map((field, at) => (
          <FieldCard
            key={field.key}
            form={form}
            at={at}
            isNew={field.key === added}
            onMove={(to) => move(at, to)}
            onRemove={() => form.removeListItem("fields", at)}
          />
        ))}
      </Stack>
      <div>
        <Button variant="light" leftSection={<IconPlus size={16} />} disabled={fields.length >= most} onClick={add}>
          Add a parameter
        </Button>
      </div>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
    </Stack>
  );
}
