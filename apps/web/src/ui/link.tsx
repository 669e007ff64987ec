/** Mantine's looks with the router's typed addresses. */
import { Anchor, Button, type AnchorProps, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

type Plain<Props> = Omit<Props, "component" | "renderRoot">;

function AnchorBase(props: Plain<AnchorProps> & Omit<ComponentPropsWithRef<"a">, keyof AnchorProps>) {
  return <Anchor {...props} />;
}

function RowAnchor(props: Plain<AnchorProps> & Omit<ComponentPropsWithRef<"a">, keyof AnchorProps>) {
  return <Anchor c="inherit" fw={600} size="sm" {...props} />;
}

function ButtonBase(props: Plain<ButtonProps> & Omit<ComponentPropsWithRef<"a">, keyof ButtonProps>) {
  return <Button component="a" {...props} />;
}

/** A link in text. */
export const TextLink = createLink(AnchorBase);
/** The name of a row, which opens its page. */
export const RowLink = createLink(RowAnchor);
/** A button that goes somewhere. */
export const ButtonLink = createLink(ButtonBase);
