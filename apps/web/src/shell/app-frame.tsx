import { ActionIcon, AppShell, Burger, Button, Group, Kbd, Text, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconKeyboard, IconSearch } from "@tabler/icons-react";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Questions } from "../ui/questions.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { Navigation } from "./navigation.tsx";
import { ProjectSwitcher } from "./project-switcher.tsx";
import styles from "./shell.module.css";

const Palette = lazy(() => import("./palette.tsx"));
const ShortcutHelp = lazy(() => import("./shortcut-help.tsx"));

/** The skip link's target also takes the focus when another page opens, so that screen readers begin there. */
function useFocusOnNavigation(): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(pathname);
  useEffect(() => {
    const isFirst = before.current === undefined || before.current === pathname;
    before.current = pathname;
    if (isFirst) return;
    const focused = document.activeElement;
    // A field that asked for the focus when it appeared keeps it.
    if (focused === null || focused === document.body || !(main.current?.contains(focused) ?? false)) {
      main.current?.focus({ preventScroll: true });
    }
    main.current?.querySelector("[data-scroll]")?.scrollTo(0, 0);
  }, [pathname]);
  return main;
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

function focusSearch(): void {
  document.querySelector<HTMLInputElement>("[data-page-search]")?.focus();
}

export function AppFrame() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isHelpOpen, help] = useDisclosure(false);
  const main = useFocusOnNavigation();
  useHotkeys([["mod+K", () => setPaletteOpen(true)]], []);
  useHotkeys([
    ["/", focusSearch],
    // With or without shift, as the keyboard has it.
    ["shift+?", help.toggle],
    ["?", help.toggle],
  ]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !isMenuOpen } }}
      transitionDuration={0}
    >
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <AppShell.Header className={styles.header}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap" justify="space-between">
          <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <img src="/favicon.svg" alt="" width={24} height={24} />
            <Text fw={700} visibleFrom="sm">
              Rhesis
            </Text>
            <ProjectSwitcher />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              visibleFrom="sm"
              leftSection={<IconSearch size={14} />}
              rightSection={<Kbd size="xs">{isApple ? "⌘ K" : "Ctrl K"}</Kbd>}
              onClick={() => setPaletteOpen(true)}
            >
              Go to…
            </Button>
            <ActionIcon
              variant="subtle"
              color="gray"
              hiddenFrom="sm"
              aria-label="Go to…"
              onClick={() => setPaletteOpen(true)}
            >
              <IconSearch size={18} />
            </ActionIcon>
            <Tooltip label="Keyboard shortcuts (?)">
              <ActionIcon
                variant="subtle"
                color="gray"
                visibleFrom="sm"
                aria-label="Keyboard shortcuts"
                onClick={help.open}
              >
                <IconKeyboard size={18} />
              </ActionIcon>
            </Tooltip>
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={styles.navbar} aria-label="Main">
        <Navigation onNavigate={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main className={styles.main} id="main" ref={main} tabIndex={-1}>
        <div className={styles.content} data-scroll>
          <Outlet />
        </div>
      </AppShell.Main>
      <Questions />
      <Suspense fallback={null}>
        {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
        {isHelpOpen && <ShortcutHelp onClose={help.close} />}
      </Suspense>
    </AppShell>
  );
}
