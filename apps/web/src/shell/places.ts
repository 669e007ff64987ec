/** The pages of the navigation, in the order of the work. Navigation and palette are made from it. */
import {
  IconBook2,
  IconBrandOpenai,
  IconCalendarClock,
  IconAdjustments,
  IconChecklist,
  IconFlask,
  IconRocket,
  IconHome,
  IconListDetails,
  IconMessages,
  IconPlayerPlay,
  IconPlugConnected,
  IconRulerMeasure,
  IconSettings,
  IconStack2,
  type Icon,
} from "@tabler/icons-react";
import type { Permission } from "@rhesis/auth/permissions";
import type { Needs } from "../session/member.tsx";

export type Place = Needs & { to: string; label: string; Icon: Icon; hint: string };

export const places: readonly Place[] = [
  { to: "/", label: "Home", Icon: IconHome, hint: "Recent runs and what to do next" },
  { to: "/endpoints", label: "Endpoints", Icon: IconPlugConnected, hint: "The applications under test" },
  { to: "/requirements", label: "Requirements", Icon: IconBook2, hint: "What they have to get right" },
  { to: "/metrics", label: "Metrics", Icon: IconRulerMeasure, hint: "How answers are scored" },
  { to: "/tests", label: "Tests", Icon: IconListDetails, hint: "Questions to ask, and what to expect" },
  { to: "/test-sets", label: "Test sets", Icon: IconStack2, hint: "Tests that run together" },
  { to: "/experiments", label: "Experiments", Icon: IconFlask, hint: "Versions of parameters to run with" },
  { to: "/test-runs", label: "Runs", Icon: IconPlayerPlay, hint: "Executions and their results" },
  { to: "/models", label: "Models", Icon: IconBrandOpenai, hint: "Language models that judge" },
  { to: "/settings", label: "Settings", Icon: IconSettings, hint: "Organization, people, tokens, appearance" },
];

export const settingsPlaces: readonly Place[] = [
  { to: "/settings", label: "Organization", Icon: IconSettings, hint: "Its name" },
  { to: "/settings/members", label: "Members", Icon: IconSettings, hint: "Who belongs to it" },
  { to: "/settings/projects", label: "Projects", Icon: IconSettings, hint: "Groups of endpoints, tests and runs" },
  { to: "/settings/tokens", label: "API tokens", Icon: IconSettings, hint: "Keys for programs" },
  { to: "/settings/appearance", label: "Appearance", Icon: IconSettings, hint: "Light or dark" },
  { to: "/settings/recycle-bin", label: "Recycle bin", Icon: IconSettings, hint: "What was deleted" },
  {
    to: "/settings/audit-log",
    label: "Audit log",
    Icon: IconSettings,
    hint: "Who changed what",
    needs: "audit_log:read",
  },
];

/** The first is a page of the navigation. */
export const experimentPlaces: readonly Place[] = [
  { to: "/experiments", label: "Experiments", Icon: IconFlask, hint: "Versions of parameters to run with" },
  { to: "/experiments/parameters", label: "Parameters", Icon: IconAdjustments, hint: "What a version gives values to" },
  { to: "/experiments/environments", label: "Environments", Icon: IconRocket, hint: "Which version is in use where" },
];

/** The first is a page of the navigation. */
export const runPlaces: readonly Place[] = [
  { to: "/test-runs", label: "Runs", Icon: IconPlayerPlay, hint: "Executions and their results" },
  { to: "/test-runs/schedules", label: "Schedules", Icon: IconCalendarClock, hint: "Runs that start by the clock" },
];

export type QuickAction = Needs & { to: string; label: string; Icon: Icon; needs: Permission };

/** What can be begun from anywhere. */
export const quickActions: readonly QuickAction[] = [
  { to: "/endpoints/new", label: "Connect an endpoint", Icon: IconPlugConnected, needs: "endpoint:create" },
  {
    to: "/playground",
    label: "Chat with an endpoint (playground)",
    Icon: IconMessages,
    needs: "endpoint:invoke",
    feature: "endpoint_trial",
  },
  { to: "/requirements/new", label: "Write a requirement", Icon: IconBook2, needs: "requirement:create" },
  { to: "/metrics/new", label: "Create a metric", Icon: IconRulerMeasure, needs: "metric:create" },
  { to: "/tests/new", label: "Write a test", Icon: IconListDetails, needs: "test:create" },
  { to: "/test-sets/new", label: "Create a test set", Icon: IconChecklist, needs: "test_set:create" },
  { to: "/experiments/new", label: "Create an experiment", Icon: IconFlask, needs: "experiment:create" },
  {
    to: "/test-runs/schedules/new",
    label: "Create a schedule",
    Icon: IconCalendarClock,
    needs: "schedule:create",
  },
  { to: "/models/new", label: "Connect a model", Icon: IconBrandOpenai, needs: "model:create" },
  {
    to: "/settings/tokens/new",
    label: "Create an API token",
    Icon: IconSettings,
    needs: "api_token:create",
    feature: "api_tokens",
  },
];
