import { Alert, Button, Text } from "@mantine/core";
import { useState } from "react";
import type { Login } from "../../session/login.ts";
import { StartCard } from "./start-card.tsx";

/** `message` says why one is signed out, where there is something to say. */
export function SignIn({ login, message }: { login: Login; message: string | null }) {
  const [problem, setProblem] = useState(message);
  const [isLeaving, setLeaving] = useState(false);
  const signIn = async (): Promise<void> => {
    setLeaving(true);
    try {
      await login.signIn();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "Signing in did not work.");
      setLeaving(false);
    }
  };
  return (
    <StartCard title="Test what your AI application says">
      <Text c="dimmed">
        Say what your chatbot or agent has to get right, ask it many questions at once, and see which answers hold.
      </Text>
      {problem !== null && (
        <Alert color="yellow" role="alert">
          {problem}
        </Alert>
      )}
      <Button size="md" loading={isLeaving} onClick={() => void signIn()}>
        Sign in
      </Button>
    </StartCard>
  );
}
