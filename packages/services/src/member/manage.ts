/** Who belongs to an organization and as what: nobody acts above their own level, and there is always an owner. */
import { mayGrant, type Role } from "@rhesis/auth/permissions";
import {
  getInvitation,
  getMember,
  insertInvitation,
  isMemberAddress,
  lockMember,
  removeMember as dropMember,
  setRole,
  type InvitationRow,
  type MemberRow,
} from "@rhesis/db/queries/member";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

type Actor = { role: Role };

function above(): AppError {
  return new AppError("forbidden", "You may not change or grant a role above your own.");
}

function lastOwner(): AppError {
  return new AppError("conflict", "The organization needs an owner. Make somebody else an owner first.");
}

/** @throws not_found; forbidden above the actor's own level; conflict for the last owner; precondition_failed */
export async function updateMember(
  tx: Tx,
  actor: Actor,
  change: { user_id: string; role: Role; expected_version?: number | undefined },
): Promise<MemberRow> {
  const current = await lockMember(tx, change.user_id);
  if (!mayGrant(actor.role, current.role) || !mayGrant(actor.role, change.role)) throw above();
  if (change.expected_version !== undefined && change.expected_version !== current.version) {
    throw new AppError("precondition_failed", "Somebody else changed this member. Load it again.");
  }
  if (current.role === "owner" && change.role !== "owner" && current.other_owners === 0) throw lastOwner();
  if (current.role !== change.role) await setRole(tx, change);
  return getMember(tx, change.user_id);
}

/** Ends a membership and with it the person's tokens here. @throws as `updateMember` */
export async function removeMember(tx: Tx, actor: Actor, user_id: string): Promise<void> {
  const current = await lockMember(tx, user_id);
  if (!mayGrant(actor.role, current.role)) throw above();
  if (current.role === "owner" && current.other_owners === 0) throw lastOwner();
  await dropMember(tx, user_id);
}

/** Lets an address join when it signs in. @throws forbidden above the actor's level; conflict where it is here already */
export async function inviteMember(
  tx: Tx,
  actor: Actor,
  invitation: { email: string; role: Role },
): Promise<InvitationRow> {
  if (!mayGrant(actor.role, invitation.role)) throw above();
  if (await isMemberAddress(tx, invitation.email)) {
    const message = "Somebody with this address is a member already.";
    throw new AppError("conflict", message, [{ path: ["email"], message }]);
  }
  const { id } = await insertInvitation(tx, invitation);
  return getInvitation(tx, id);
}
