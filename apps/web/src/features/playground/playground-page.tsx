import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconMessages, IconRefresh } from "@tabler/icons-react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { trpc } from "../../api/trpc.ts";
import { useCan, useFeature } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageLoading } from "../../ui/page-loading.tsx";
import { Page } from "../../ui/page.tsx";
import { SwitchedOff } from "../../ui/switched-off.tsx";
import { paramsUsed } from "../endpoints/params-used.ts";
import { EndpointSelect } from "../test-sets/endpoint-select.tsx";
import { ChatPane } from "./chat-pane.tsx";
import { isFull, isWaiting } from "./chat-state.ts";
import { Composer } from "./composer.tsx";
import styles from "./playground.module.css";
import { useChats, type Partner, type Side } from "./use-chats.ts";

export const Route = createLazyRoute("/playground")({ component: PlaygroundPage });

const allEndpoints = (
  <ButtonLink variant="default" to="/endpoints">
    All endpoints
  </ButtonLink>
);

function PlaygroundPage() {
  const can = useCan();
  const isOn = useFeature();
  if (!isOn("endpoint_trial")) return <SwitchedOff feature="endpoint_trial" action={allEndpoints} />;
  if (can("endpoint:invoke")) return <Playground />;
  return (
    <EmptyState order={1} title="You may not talk with endpoints" action={allEndpoints}>
      Ask an administrator of your organization for the role of a member.
    </EmptyState>
  );
}

/** An endpoint of the address, and the parameters that are given to it by hand. */
function usePartner(side: Side, id: string | undefined) {
  const query = useQuery(trpc.endpoint.get.queryOptions(id === undefined ? skipToken : { id }));
  const [given, setGiven] = useState<Record<string, string>>({});
  const endpoint = query.data;
  const names = endpoint === undefined ? [] : paramsUsed(JSON.stringify(endpoint.config.request_mapping));
  const params = Object.fromEntries(names.map((name) => [name, given[name] ?? ""]));
  const partner: Partner | null = endpoint === undefined ? null : { side, endpoint, params };
  return { side, id, query, partner, setGiven };
}

function Playground() {
  const { endpoint, beside } = Route.useSearch();
  const isWide = useMediaQuery("(min-width: 62em)") ?? true;
  const chats = useChats();
  const seats = [usePartner("first", endpoint), usePartner("second", beside)].filter(({ id }) => id !== undefined);
  const partners = seats.flatMap(({ partner }) => (partner === null ? [] : [partner]));
  const held = partners.map((partner) => chats.chatWith(partner.side, partner.endpoint.id));
  const hasBegun = held.some((chat) => chat.length > 0);
  return (
    <Page fill={isWide}>
      <PageHeader
        title="Playground"
        description="Talk with one endpoint, or with two side by side: each message goes to both."
        parents={[{ label: "Endpoints", to: "/endpoints" }]}
        actions={
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            disabled={!hasBegun}
            onClick={chats.startOver}
          >
            Start over
          </Button>
        }
      />
      <Choices endpoint={endpoint} beside={beside} />
      {seats.length === 0 ? (
        <EmptyState icon={<IconMessages size={32} aria-hidden />} title="Choose an endpoint to talk with">
          Nothing of the conversation is stored, unless you save it as a test.
        </EmptyState>
      ) : (
        <>
          <div className={styles.panes}>
            {seats.map(({ side, query, partner, setGiven }) =>
              partner === null ? (
                <Awaited key={side} query={query} />
              ) : (
                <ChatPane
                  key={`${side} ${partner.endpoint.id}`}
                  endpoint={partner.endpoint}
                  chat={chats.chatWith(side, partner.endpoint.id)}
                  params={partner.params}
                  onParams={setGiven}
                />
              ),
            )}
          </div>
          <Composer
            isWaiting={held.some(isWaiting)}
            hindrance={hindranceOf(partners.length === seats.length, held.some(isFull))}
            onSay={(message) => chats.say(partners, message)}
            onStop={chats.stop}
          />
        </>
      )}
    </Page>
  );
}

function hindranceOf(areThere: boolean, isOneFull: boolean): string | null {
  if (!areThere) return "The endpoint is not loaded.";
  return isOneFull ? "A conversation has 50 turns at most. Start over to go on." : null;
}

function Awaited({ query: { error, refetch } }: { query: { error: unknown; refetch: () => Promise<unknown> } }) {
  return (
    <div className={styles.pane}>
      {error === null ? <PageLoading /> : <ErrorState error={error} onRetry={refetch} />}
    </div>
  );
}

/** Both are in the address: a link leads to the same endpoints. */
function Choices({ endpoint, beside }: { endpoint: string | undefined; beside: string | undefined }) {
  const project_id = useProjectId();
  const navigate = useNavigate({ from: "/playground" });
  const go = (change: { endpoint?: string | undefined; beside?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className={styles.choices}>
      <EndpointSelect
        project_id={project_id}
        value={endpoint ?? null}
        onChange={(id) => go({ endpoint: id ?? undefined })}
      />
      {(endpoint !== undefined || beside !== undefined) && (
        <EndpointSelect
          label="Beside it"
          placeholder="A second endpoint, to compare"
          required={false}
          project_id={project_id}
          value={beside ?? null}
          onChange={(id) => go({ beside: id ?? undefined })}
        />
      )}
    </div>
  );
}
