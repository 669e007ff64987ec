import { Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { useState, type ReactNode } from "react";
import { useIsOffered, useCan } from "../../session/member.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { answerFieldLooks } from "./answer-fields.ts";
import { EndpointFields } from "./endpoint-fields.tsx";
import type { EndpointValues } from "./endpoint-values.ts";
import { TryEndpoint } from "./try-endpoint.tsx";
import styles from "./workbench.module.css";

type Props = {
  form: UseFormReturnType<EndpointValues>;
  endpoint?: Endpoint;
  onSubmit: (event: React.FormEvent<HTMLFormElement>) => void;
  /** Failure and buttons below the fields. */
  children: ReactNode;
};

/** Fields at the left, a trial of them at the right; below each other where there is no room. */
export function EndpointWorkbench({ form, endpoint, onSubmit, children }: Props) {
  const can = useCan();
  const isOffered = useIsOffered();
  const [tried, setTried] = useState<string | null>(null);
  const mayEdit = can(endpoint === undefined ? "endpoint:create" : "endpoint:update");
  return (
    <div className={styles.workbench}>
      <form onSubmit={onSubmit} noValidate className={styles.fields}>
        <fieldset disabled={!mayEdit} className="plain-fieldset">
          <EndpointFields form={form} tried={tried} {...(endpoint === undefined ? {} : { endpoint })} />
        </fieldset>
        {children}
      </form>
      {isOffered({ needs: "endpoint:invoke", feature: "endpoint_trial" }) && (
        <Stack className={styles.trial}>
          <TryEndpoint
            values={form.getValues()}
            {...(endpoint === undefined ? {} : { endpoint_id: endpoint.id })}
            onIncomplete={() => form.validate()}
            onAnswered={setTried}
            onPick={(field, path) => {
              form.setFieldValue(`config.response_mapping.${field}`, path);
              notifyDone(`${answerFieldLooks[field].label} is now read from ${path}.`);
            }}
          />
        </Stack>
      )}
    </div>
  );
}
