-- Parameters: what a project's requests are made with. Experiments hold versions of their values, environments name one.
alter table project add column parameters_schema jsonb not null default '{"fields": []}';
grant update (parameters_schema) on project to rhesis_app;

create table experiment (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  owner_id uuid not null default current_actor(),
  name text not null constraint experiment_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  visibility text not null default 'private' constraint experiment_visibility_check check (visibility in ('private', 'shared')),
  -- The number of its newest version, which is how many it has.
  latest_version integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint experiment_project_id_key unique (organization_id, project_id, id),
  constraint experiment_visibility_key unique (organization_id, id, owner_id, visibility),
  constraint experiment_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade
);
create unique index experiment_private_name_key on experiment (organization_id, project_id, owner_id, name)
  where visibility = 'private' and deleted_at is null;
create unique index experiment_shared_name_key on experiment (organization_id, project_id, name)
  where visibility = 'shared' and deleted_at is null;
create index experiment_name_idx on experiment (organization_id, name, id) where deleted_at is null;
create index experiment_count_idx on experiment (organization_id, project_id, visibility, owner_id) where deleted_at is null;

create table experiment_version (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  experiment_id uuid not null,
  -- As of the experiment, which the foreign key keeps true, so that the policy has nothing to look up.
  owner_id uuid not null,
  visibility text not null,
  number integer not null constraint experiment_version_number_check check (number > 0),
  values jsonb not null,
  note text not null default '',
  -- Who saved it.
  user_id uuid references "user" (id) on delete set null,
  content_hash text not null,
  schema_fingerprint text not null,
  -- The version whose values it was made from.
  parent integer,
  created_at timestamptz not null default now(),
  primary key (organization_id, id),
  constraint experiment_version_number_key unique (organization_id, experiment_id, number),
  constraint experiment_version_content_hash_key unique (organization_id, experiment_id, content_hash),
  constraint experiment_version_experiment_id_fkey foreign key (organization_id, experiment_id, owner_id, visibility)
    references experiment (organization_id, id, owner_id, visibility) on update cascade on delete cascade,
  constraint experiment_version_parent_fkey foreign key (organization_id, experiment_id, parent)
    references experiment_version (organization_id, experiment_id, number)
);
create index experiment_version_experiment_id_idx on experiment_version (organization_id, experiment_id, id);

create table parameter_environment (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  name text not null constraint parameter_environment_name_check check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  experiment_id uuid not null,
  experiment_version integer not null,
  -- Who bound it last.
  user_id uuid references "user" (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (organization_id, id),
  constraint parameter_environment_name_key unique (organization_id, project_id, name),
  constraint parameter_environment_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
  constraint parameter_environment_experiment_id_fkey foreign key (organization_id, project_id, experiment_id)
    references experiment (organization_id, project_id, id),
  constraint parameter_environment_version_fkey foreign key (organization_id, experiment_id, experiment_version)
    references experiment_version (organization_id, experiment_id, number)
);
create index parameter_environment_experiment_id_idx on parameter_environment (organization_id, experiment_id);

-- Which version a run was made with, as its plan says, for lists and comparisons. It outlives the experiment, as the plan
-- does, so that a run can be asked or scored again.
alter table test_run add column experiment_id uuid, add column experiment_version integer;
create index test_run_experiment_idx on test_run (organization_id, experiment_id, id) where experiment_id is not null;
grant update (experiment_id, experiment_version) on test_run to rhesis_app;

call protect_tenant_table('experiment', 'select, insert, update, delete');
-- A version is never changed. It goes with its experiment.
call protect_tenant_table('experiment_version', 'select, insert');
call protect_tenant_table('parameter_environment', 'select, insert, update, delete');

-- What is private its owner sees, and nobody else, not even an owner of the organization.
alter policy tenant on experiment
  using (organization_id = (select current_organization()) and (visibility = 'shared' or owner_id = (select current_actor())))
  with check (organization_id = (select current_organization()) and (visibility = 'shared' or owner_id = (select current_actor())));
alter policy tenant on experiment_version
  using (organization_id = (select current_organization()) and (visibility = 'shared' or owner_id = (select current_actor())))
  with check (organization_id = (select current_organization()) and (visibility = 'shared' or owner_id = (select current_actor())));

create trigger touch before update on experiment for each row
  when (old.latest_version = new.latest_version) execute function touch_row();
call version_table('parameter_environment');
call audit_table('experiment', 'id', '{latest_version}');
-- A new version is a row of its own in the log; sharing is a change of the experiment.
call audit_table('experiment_version', 'id', '{owner_id,visibility}');
call audit_table('parameter_environment', 'id');
create index experiment_deletion_id_idx on experiment (organization_id, deletion_id) where deleted_at is not null;

-- As before, without the values of versions, and of what is private only that there is something.
create or replace function audit_redact(entry jsonb) returns jsonb language sql immutable parallel safe
  return case when entry ->> 'visibility' = 'private' then entry - array['name', 'description', 'note', 'content_hash', 'values']
    else entry - array['auth_secret', 'api_key', 'token_hash', 'plan', 'values'] end;

-- What was private is so in the recycle bin too. Things of a project are forgotten there with it, seen or not.
alter table deletion drop constraint deletion_entity_type_check,
  add constraint deletion_entity_type_check check (entity_type in ('project', 'model', 'endpoint', 'requirement', 'topic',
    'category', 'prompt', 'metric', 'test', 'test_set', 'test_run', 'experiment')),
  add column private_to uuid,
  add constraint deletion_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade;
create index deletion_count_idx on deletion (organization_id, private_to);
alter policy tenant on deletion
  using (organization_id = (select current_organization()) and (private_to is null or private_to = (select current_actor())))
  with check (organization_id = (select current_organization()) and (private_to is null or private_to = (select current_actor())));

-- A project takes along, and brings back, what whoever deletes it does not see: the private experiments of others.
grant create on schema public to rhesis_gate;
create policy gate on experiment to rhesis_gate using (true);
grant select (organization_id, project_id, owner_id, visibility, deleted_at, deletion_id) on experiment to rhesis_gate;
grant update (deleted_at, deletion_id) on experiment to rhesis_gate;
create function gate_move_private_experiments() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.experiment e set deleted_at = new.deleted_at, deletion_id = new.deletion_id
  where e.organization_id = new.organization_id and e.project_id = new.id and e.visibility = 'private'
    and e.owner_id is distinct from public.current_actor()
    and case when new.deleted_at is null then e.deletion_id = old.deletion_id else e.deleted_at is null end;
  return null;
end $$;
alter function gate_move_private_experiments() owner to rhesis_gate;
revoke all on function gate_move_private_experiments() from public;
grant execute on function gate_move_private_experiments() to rhesis_app;
revoke create on schema public from rhesis_gate;
create trigger move_private_experiments after update of deleted_at on project for each row
  when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function gate_move_private_experiments();
