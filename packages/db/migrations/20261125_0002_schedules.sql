-- Schedules: runs of a test set that start by the clock, on behalf of whoever last decided what they run.
create table schedule (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  test_set_id uuid not null,
  endpoint_id uuid not null,
  user_id uuid default current_actor() references "user" (id) on delete set null,
  name text not null constraint schedule_name_check check (length(trim(name)) between 1 and 200),
  cron text not null,
  time_zone text not null,
  enabled boolean not null default true,
  metric_ids uuid[],
  repeats integer not null default 1 constraint schedule_repeats_check check (repeats between 1 and 20),
  concurrency integer constraint schedule_concurrency_check check (concurrency between 1 and 1000),
  pause_after_errors integer constraint schedule_pause_after_errors_check check (pause_after_errors between 1 and 100000),
  params jsonb not null default '{}',
  parameters jsonb,
  -- Null while it is switched off or deleted, and until it is planned anew after it came back.
  next_at timestamptz constraint schedule_next_at_check check (next_at is null or enabled),
  last_run_id uuid,
  last_started_at timestamptz,
  last_error text,
  -- Starts that came to nothing, one after the other.
  failures integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint schedule_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
  constraint schedule_test_set_id_fkey foreign key (organization_id, test_set_id) references test_set (organization_id, id) on delete cascade,
  constraint schedule_endpoint_id_fkey foreign key (organization_id, endpoint_id) references endpoint (organization_id, id) on delete cascade,
  constraint schedule_last_run_id_fkey foreign key (organization_id, last_run_id) references test_run (organization_id, id)
    on delete set null (last_run_id)
);
create unique index schedule_name_key on schedule (organization_id, project_id, name) where deleted_at is null;
create index schedule_name_idx on schedule (organization_id, name, id) where deleted_at is null;
create index schedule_count_idx on schedule (organization_id, project_id) where deleted_at is null;
create index schedule_test_set_id_idx on schedule (organization_id, test_set_id, id);
create index schedule_endpoint_id_idx on schedule (organization_id, endpoint_id);
create index schedule_last_run_id_idx on schedule (organization_id, last_run_id) where last_run_id is not null;
create index schedule_deletion_id_idx on schedule (organization_id, deletion_id) where deleted_at is not null;
create index schedule_due_idx on schedule (coalesce(next_at, '-infinity')) where enabled and deleted_at is null;

call protect_tenant_table('schedule', 'select, insert, update, delete');

create function unplan_schedule() returns trigger language plpgsql as $$
begin
  new.next_at := null;
  return new;
end $$;
create trigger unplan before update on schedule for each row
  when (not new.enabled or new.deleted_at is not null) execute function unplan_schedule();

-- The clock moves these, and nobody's change is lost to it.
create trigger touch before update on schedule for each row
  when (to_jsonb(old) - '{next_at,last_run_id,last_started_at,last_error,failures}'::text[]
    <> to_jsonb(new) - '{next_at,last_run_id,last_started_at,last_error,failures}'::text[]) execute function touch_row();
call audit_table('schedule', 'id', '{next_at,last_run_id,last_started_at,last_error,failures}');

-- As before, without the values that a schedule runs with.
create or replace function audit_redact(entry jsonb) returns jsonb language sql immutable parallel safe
  return case when entry ->> 'visibility' = 'private' then entry - array['name', 'description', 'note', 'content_hash', 'values']
    else entry - array['auth_secret', 'api_key', 'token_hash', 'plan', 'values', 'params'] end;

alter table deletion drop constraint deletion_entity_type_check,
  add constraint deletion_entity_type_check check (entity_type in ('project', 'model', 'endpoint', 'requirement', 'topic',
    'category', 'prompt', 'metric', 'test', 'test_set', 'test_run', 'experiment', 'schedule'));

-- Which schedule started a run.
alter table test_run add column schedule_id uuid,
  add constraint test_run_schedule_id_fkey foreign key (organization_id, schedule_id) references schedule (organization_id, id)
    on delete set null (schedule_id);
create index test_run_schedule_idx on test_run (organization_id, schedule_id, id) where schedule_id is not null;
grant update (schedule_id) on test_run to rhesis_app;

-- Schedules whose time has come, or that have to be planned anew, and on whose behalf.
grant create on schema public to rhesis_gate;
create policy gate on schedule for select to rhesis_gate using (true);
grant select (organization_id, id, user_id, enabled, next_at, deleted_at) on schedule to rhesis_gate;
create function gate_due_schedules(moment timestamptz, most integer)
returns table (organization_id uuid, schedule_id uuid, user_id uuid)
language sql stable security definer set search_path = '' as $$
  select s.organization_id, s.id, s.user_id
  from public.schedule s join public.organization o on o.id = s.organization_id and o.deleted_at is null
  where s.enabled and s.deleted_at is null and coalesce(s.next_at, '-infinity') <= moment
  order by coalesce(s.next_at, '-infinity')
  limit most
$$;
alter function gate_due_schedules(timestamptz, integer) owner to rhesis_gate;
revoke all on function gate_due_schedules(timestamptz, integer) from public;
grant execute on function gate_due_schedules(timestamptz, integer) to rhesis_app;
revoke create on schema public from rhesis_gate;
