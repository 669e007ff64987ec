import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createNotifications, type Notifications } from "./notifications.ts";

const open = useTestDatabase();
let notifications: Notifications;

afterEach(() => notifications.close());

function listenTo(channel: string): { heard: string[]; next(): Promise<string> } {
  const heard: string[] = [];
  const waiting: ((payload: string) => void)[] = [];
  notifications.on(channel, (payload) => {
    heard.push(payload);
    waiting.shift()?.(payload);
  });
  return { heard, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

test("hears its channels only, also those asked for later", async () => {
  notifications = createNotifications(open().app_url);
  const first = listenTo("job");
  await notifications.ready();
  const second = listenTo("test_run");
  await notifications.ready();
  const heard = Promise.all([first.next(), second.next()]);
  await open().admin("select pg_notify('job', 'a'), pg_notify('other', 'b'), pg_notify('test_run', 'c')");
  await expect(heard).resolves.toEqual(["a", "c"]);
});

test("a listener that left hears nothing", async () => {
  notifications = createNotifications(open().app_url);
  const heard: string[] = [];
  notifications.on("job", (payload) => void heard.push(payload))();
  const other = listenTo("job");
  await notifications.ready();
  const next = other.next();
  await open().admin("select pg_notify('job', 'x')");
  await next;
  expect(heard).toEqual([]);
});

test("comes back after the connection was cut, says so, and hears again", async () => {
  notifications = createNotifications(open().app_url, "cut me");
  const channel = listenTo("job");
  await notifications.ready();
  const back = new Promise<void>((resolve) => notifications.onReconnect(resolve));
  await open().admin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut me'");
  await back;
  const next = channel.next();
  await open().admin("select pg_notify('job', 'again')");
  await expect(next).resolves.toBe("again");
});

test("a database that is not there is tried again quietly, and closing ends it", async () => {
  notifications = createNotifications("postgres://nobody@127.0.0.1:1/none");
  const { heard } = listenTo("job");
  await notifications.ready();
  await expect(notifications.close()).resolves.toBeUndefined();
  expect(heard).toEqual([]);
});

test("a channel name is never text from elsewhere", () => {
  notifications = createNotifications(open().app_url);
  expect(() => notifications.on("a; drop table job", () => undefined)).toThrow("channel");
});
