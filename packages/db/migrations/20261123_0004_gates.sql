-- The closed list of doors that open before a tenant is known or across tenants. They return the minimum, belong to a
-- role that cannot log in, and read only what a policy of its own lets that role read.
grant create on schema public to rhesis_gate;

-- So that a server can tell whether the database is as new as it is.
grant select on schema_migration to rhesis_app;

create policy gate on "user" to rhesis_gate using (true) with check (true);
create policy gate on organization for select to rhesis_gate using (true);
create policy gate on membership to rhesis_gate using (true) with check (true);
create policy gate on invitation to rhesis_gate using (true) with check (true);
create policy gate on api_token to rhesis_gate using (true) with check (true);
create policy gate on job to rhesis_gate using (true) with check (true);
create policy gate on test_run for select to rhesis_gate using (true);
create policy gate on audit_log for insert to rhesis_gate with check (true);
-- Not for delete alone: what a statement looks for it has to see.
create policy gate on idempotency_key to rhesis_gate using (true);
grant select, insert, update on "user" to rhesis_gate;
grant select on organization to rhesis_gate;
grant select, insert on membership to rhesis_gate;
grant select, update (accepted_at) on invitation to rhesis_gate;
grant select, update (last_used_at) on api_token to rhesis_gate;
grant select, update (offered_at) on job to rhesis_gate;
grant select (organization_id, job_id, status) on test_run to rhesis_gate;
grant insert on audit_log to rhesis_gate;
grant delete, select (created_at) on idempotency_key to rhesis_gate;

-- A verified person: made on the first sign-in, kept current afterwards. An invitation to a verified address is accepted.
create function gate_sign_in(issuer text, subject text, email text, email_verified boolean, name text, picture text)
returns uuid language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  person uuid;
begin
  insert into public."user" as u (issuer, subject, email, name, picture, last_seen_at)
  values ($1, $2, $3, coalesce($5, $3, ''), $6, now())
  on conflict on constraint user_issuer_subject_key do update
    set email = coalesce(excluded.email, u.email), name = coalesce(nullif(excluded.name, ''), u.name),
        picture = coalesce(excluded.picture, u.picture), last_seen_at = now()
  returning u.id into person;
  if $4 and $3 is not null then
    with accepted as (
      update public.invitation i set accepted_at = now()
      where lower(i.email) = lower($3) and i.accepted_at is null and i.expires_at > now()
      returning i.organization_id, i.role
    )
    insert into public.membership (organization_id, user_id, role)
    select a.organization_id, person, a.role from accepted a
    on conflict do nothing;
  end if;
  return person;
end $$;

create function gate_memberships(person uuid)
returns table (organization_id uuid, organization_name text, role text, feature_overrides jsonb)
language sql stable security definer set search_path = '' as $$
  select m.organization_id, o.name, m.role, o.feature_overrides
  from public.membership m join public.organization o on o.id = m.organization_id
  where m.user_id = person and o.deleted_at is null
  order by o.name, o.id
$$;

create function gate_token(hash bytea)
returns table (token_id uuid, organization_id uuid, user_id uuid, project_id uuid, scopes text[], role text,
  expires_at timestamptz, revoked_at timestamptz, feature_overrides jsonb)
language sql stable security definer set search_path = '' as $$
  select t.id, t.organization_id, t.user_id, t.project_id, t.scopes, m.role, t.expires_at, t.revoked_at, o.feature_overrides
  from public.api_token t
  join public.membership m on m.organization_id = t.organization_id and m.user_id = t.user_id
  join public.organization o on o.id = t.organization_id and o.deleted_at is null
  where t.token_hash = hash
$$;

create function gate_touch_token(token uuid) returns void
language sql security definer set search_path = '' as $$
  update public.api_token set last_used_at = now()
  where id = token and (last_used_at is null or last_used_at < now() - interval '1 minute')
$$;

-- Work that is due: never offered, offered long ago without anyone starting, or started by somebody who died. An offer
-- names the one it takes the place of, so that the queue can drop it.
create function gate_claim_due_jobs(most integer, offer_again_after interval)
returns table (organization_id uuid, job_id uuid, name text, offer bigint, previous_offer bigint)
language sql security definer set search_path = '' as $$
  update public.job j set offered_at = clock_timestamp()
  from (
    select d.organization_id, d.id, d.offered_at from public.job d
    where d.run_at <= now()
      and ((d.status = 'queued' and (d.offered_at is null or d.offered_at < now() - offer_again_after))
        or (d.status = 'running' and d.lease_until < now() and (d.offered_at is null or d.offered_at < now() - interval '1 second')))
    order by d.run_at
    limit most
    for update skip locked
  ) due
  where j.organization_id = due.organization_id and j.id = due.id
  returning j.organization_id, j.id, j.name, (extract(epoch from j.offered_at) * 1000000)::bigint,
    (extract(epoch from due.offered_at) * 1000000)::bigint
$$;

create function gate_job_counts() returns table (name text, status text, jobs bigint)
language sql stable security definer set search_path = '' as $$
  select j.name, j.status, count(*) from public.job j where j.status in ('queued', 'running') group by 1, 2
$$;

-- Runs that nobody works at any more: their job has ended, and a job does not come back.
create function gate_orphaned_runs(most integer) returns table (organization_id uuid, job_id uuid)
language sql stable security definer set search_path = '' as $$
  select r.organization_id, r.job_id
  from public.test_run r join public.job j on j.organization_id = r.organization_id and j.id = r.job_id
  where r.status in ('queued', 'running') and j.status in ('completed', 'failed', 'cancelled')
  limit most
$$;

create function gate_users_by_email(address text) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select u.id from public."user" u where lower(u.email) = lower(address) order by u.id
$$;

-- For key rotation, which goes through the organizations one by one, each as its own tenant.
create function gate_organizations() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select o.id from public.organization o order by o.id
$$;

-- A run's results go with it, also where the run goes with its project, which the owner of the tables deletes.
create policy gate on test_result to rhesis_gate using (true);
grant select (organization_id, test_run_id), delete on test_result to rhesis_gate;
create function gate_delete_results_of_run() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.test_result t where t.organization_id = old.organization_id and t.test_run_id = old.id;
  return null;
end $$;
create trigger delete_results after delete on test_run for each row execute function gate_delete_results_of_run();

create function gate_forget_idempotency_keys(older_than interval) returns void
language sql security definer set search_path = '' as $$
  delete from public.idempotency_key where created_at < now() - older_than
$$;

do $$
declare
  gate regprocedure;
begin
  for gate in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'gate\_%' loop
    execute format('alter function %s owner to rhesis_gate', gate);
    execute format('revoke all on function %s from public', gate);
    execute format('grant execute on function %s to rhesis_app', gate);
  end loop;
end $$;
revoke create on schema public from rhesis_gate;

-- Wake-ups. Ids only: a channel is not covered by row-level security.
create function notify_job() returns trigger language plpgsql as $$
begin
  perform pg_notify('job', '');
  return null;
end $$;
create trigger wake after insert on job for each statement execute function notify_job();

create function notify_test_run() returns trigger language plpgsql as $$
begin
  perform pg_notify('test_run', new.id::text);
  return null;
end $$;
create trigger wake after update on test_run for each row
  when (old.begun_through is not distinct from new.begun_through) execute function notify_test_run();

create function notify_hold() returns trigger language plpgsql as $$
begin
  perform pg_notify('endpoint_hold', new.endpoint_id::text);
  return null;
end $$;
create trigger wake_others after update of held_until on test_run for each row
  when (old.held_until is distinct from new.held_until) execute function notify_hold();

create function notify_identity() returns trigger language plpgsql as $$
begin
  perform pg_notify('identity', coalesce(new.user_id, old.user_id)::text);
  return null;
end $$;
create trigger wake after insert or update or delete on membership for each row execute function notify_identity();
create trigger wake after update of revoked_at, expires_at, scopes on api_token for each row execute function notify_identity();

create function notify_organization() returns trigger language plpgsql as $$
begin
  perform pg_notify('identity', '*');
  return null;
end $$;
create trigger wake after update of feature_overrides, deleted_at, name on organization for each row execute function notify_organization();
