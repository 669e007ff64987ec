/** Members: who belongs to the organization, as what, and who is invited. */
import * as members from "@rhesis/db/queries/member";
import { inviteMember as invite, removeMember, updateMember as changeMember } from "@rhesis/services/member/manage";
import { byId } from "../list.ts";
import { requireAllProjects } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import {
  byUserId,
  invitation,
  invitationPage,
  inviteMember,
  listInvitations,
  listMembers,
  member,
  memberPage,
  updateMember,
} from "./schema.ts";

const tags = ["Members"];

export const memberRouter = {
  list: procedure("member:read", { method: "GET", path: "/members", tags, summary: "List members" })
    .input(listMembers)
    .output(memberPage)
    .query(({ ctx, input }) => members.listMembers(ctx.tx, input)),

  get: procedure("member:read", { method: "GET", path: "/members/{user_id}", tags, summary: "Get a member" })
    .input(byUserId)
    .output(member)
    .query(({ ctx, input }) => members.getMember(ctx.tx, input.user_id)),

  update: procedure("member:manage", {
    method: "PATCH",
    path: "/members/{user_id}",
    tags,
    summary: "Change the role of a member",
    description: "Nobody grants or changes a role above their own, and the last owner stays.",
  })
    .input(updateMember)
    .output(member)
    .mutation(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return changeMember(ctx.tx, ctx.identity, input);
    }),

  remove: procedure("member:manage", {
    method: "DELETE",
    path: "/members/{user_id}",
    tags,
    summary: "Remove a member",
    description: "Their API tokens end at once.",
  })
    .input(byUserId)
    .output(byUserId)
    .mutation(async ({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      await removeMember(ctx.tx, ctx.identity, input.user_id);
      return input;
    }),

  invite: procedure("member:manage", {
    method: "POST",
    path: "/invitations",
    tags,
    summary: "Invite somebody",
    description: "They join when they sign in with this address, confirmed by the login provider, within 14 days.",
    successStatus: 201,
  })
    .input(inviteMember)
    .output(invitation)
    .mutation(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return invite(ctx.tx, ctx.identity, input);
    }),

  invitations: procedure("member:read", {
    method: "GET",
    path: "/invitations",
    tags,
    summary: "List open invitations",
  })
    .input(listInvitations)
    .output(invitationPage)
    .query(({ ctx, input }) => members.listInvitations(ctx.tx, input)),

  invitation: procedure("member:read", {
    method: "GET",
    path: "/invitations/{id}",
    tags,
    summary: "Get an open invitation",
  })
    .input(byId)
    .output(invitation)
    .query(({ ctx, input }) => members.getInvitation(ctx.tx, input.id)),

  revoke_invitation: procedure("member:manage", {
    method: "DELETE",
    path: "/invitations/{id}",
    tags,
    summary: "Withdraw an invitation",
  })
    .input(byId)
    .output(byId)
    .mutation(async ({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      await members.deleteInvitation(ctx.tx, input.id);
      return input;
    }),
};
