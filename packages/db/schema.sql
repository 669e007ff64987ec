-- Generated from the migrated database. Do not edit.

create table api_token (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  user_id uuid not null default current_actor(),
  project_id uuid,
  made_by uuid,
  name text not null,
  token_hash bytea not null,
  hint text not null,
  scopes text[] not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  version integer not null default 1,
  constraint api_token_hash_key UNIQUE (token_hash),
  constraint api_token_made_by_fkey FOREIGN KEY (organization_id, made_by) REFERENCES api_token(organization_id, id) ON DELETE CASCADE,
  constraint api_token_membership_fkey FOREIGN KEY (organization_id, user_id) REFERENCES membership(organization_id, user_id) ON DELETE CASCADE,
  constraint api_token_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint api_token_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint api_token_pkey PRIMARY KEY (organization_id, id),
  constraint api_token_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE
);
alter table api_token owner to rhesis_owner;
alter table api_token enable row level security;
alter table api_token force row level security;
CREATE INDEX api_token_made_by_idx ON public.api_token USING btree (organization_id, made_by) WHERE (made_by IS NOT NULL);
CREATE INDEX api_token_user_id_idx ON public.api_token USING btree (organization_id, user_id);
create policy gate on api_token for all to rhesis_gate using (true) with check (true);
create policy tenant on api_token for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on api_token to rhesis_app;
grant update (user_id, project_id, made_by, name, token_hash, hint, scopes, expires_at, last_used_at, revoked_at, created_at, updated_at, version) on api_token to rhesis_app;
grant select on api_token to rhesis_gate;
grant update (last_used_at) on api_token to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.api_token REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.api_token REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.api_token FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,last_used_at}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,last_used_at}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.api_token FOR EACH ROW WHEN ((NOT (old.last_used_at IS DISTINCT FROM new.last_used_at))) EXECUTE FUNCTION touch_row();
CREATE TRIGGER wake AFTER UPDATE OF revoked_at, expires_at, scopes ON public.api_token FOR EACH ROW EXECUTE FUNCTION notify_identity();

create table audit_log (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  user_id uuid,
  request_id text,
  action text not null,
  entity_type text not null,
  entity_id uuid not null,
  before jsonb,
  after jsonb,
  created_at timestamp with time zone not null default now(),
  constraint audit_log_action_check CHECK ((action = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text]))),
  constraint audit_log_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint audit_log_pkey PRIMARY KEY (organization_id, id)
);
alter table audit_log owner to rhesis_owner;
alter table audit_log enable row level security;
alter table audit_log force row level security;
CREATE INDEX audit_log_entity_idx ON public.audit_log USING btree (organization_id, entity_type, entity_id, id);
create policy gate on audit_log for insert to rhesis_gate with check (true);
create policy tenant on audit_log for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on audit_log to rhesis_app;
grant insert on audit_log to rhesis_gate;

create table category (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint category_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint category_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint category_pkey PRIMARY KEY (organization_id, id)
);
alter table category owner to rhesis_owner;
alter table category enable row level security;
alter table category force row level security;
CREATE INDEX category_count_idx ON public.category USING btree (organization_id) WHERE (deleted_at IS NULL);
CREATE INDEX category_deletion_id_idx ON public.category USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX category_name_key ON public.category USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on category for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on category to rhesis_app;
grant update (name, description, created_at, updated_at, deleted_at, deletion_id, version) on category to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.category REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.category REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.category FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.category FOR EACH ROW EXECUTE FUNCTION touch_row();

create unlogged table connector_call (
  organization_id uuid not null default current_organization(),
  id uuid not null,
  connection_id uuid not null,
  status text not null default 'waiting'::text,
  request text not null,
  answer text,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint connector_call_answer_check CHECK (((answer IS NOT NULL) = (status = 'answered'::text))),
  constraint connector_call_connection_id_fkey FOREIGN KEY (organization_id, connection_id) REFERENCES connector_connection(organization_id, id) ON DELETE CASCADE,
  constraint connector_call_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint connector_call_pkey PRIMARY KEY (organization_id, id),
  constraint connector_call_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'sent'::text, 'answered'::text, 'failed'::text])))
);
alter table connector_call owner to rhesis_owner;
alter table connector_call enable row level security;
alter table connector_call force row level security;
CREATE INDEX connector_call_connection_id_idx ON public.connector_call USING btree (organization_id, connection_id, status);
create policy tenant on connector_call for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on connector_call to rhesis_app;
grant update (connection_id, status, request, answer, created_at, expires_at) on connector_call to rhesis_app;
CREATE TRIGGER check_transition BEFORE UPDATE ON public.connector_call FOR EACH ROW EXECUTE FUNCTION check_connector_call_transition();
CREATE TRIGGER wake AFTER INSERT ON public.connector_call REFERENCING NEW TABLE AS new_calls FOR EACH STATEMENT EXECUTE FUNCTION notify_connector_calls();
CREATE TRIGGER wake_caller AFTER UPDATE ON public.connector_call FOR EACH ROW WHEN ((new.status = ANY (ARRAY['answered'::text, 'failed'::text]))) EXECUTE FUNCTION notify_connector_answer();
CREATE TRIGGER wake_holder AFTER DELETE ON public.connector_call FOR EACH ROW WHEN ((old.status = 'sent'::text)) EXECUTE FUNCTION notify_connector_cancel();

create table connector_connection (
  organization_id uuid not null default current_organization(),
  id uuid not null,
  project_id uuid not null,
  environment text not null,
  user_id uuid,
  process text not null,
  client_version text not null default ''::text,
  functions text[] not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint connector_connection_environment_check CHECK (((length(environment) >= 1) AND (length(environment) <= 63))),
  constraint connector_connection_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint connector_connection_pkey PRIMARY KEY (organization_id, id),
  constraint connector_connection_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint connector_connection_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL
);
alter table connector_connection owner to rhesis_owner;
alter table connector_connection enable row level security;
alter table connector_connection force row level security;
CREATE INDEX connector_connection_project_id_idx ON public.connector_connection USING btree (organization_id, project_id, environment);
create policy tenant on connector_connection for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on connector_connection to rhesis_app;
grant update (project_id, environment, user_id, process, client_version, functions, created_at, expires_at) on connector_connection to rhesis_app;

create table conversation (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  plan json not null,
  stop_reason text,
  created_at timestamp with time zone not null default now(),
  constraint conversation_pkey PRIMARY KEY (organization_id, test_result_id),
  constraint conversation_stop_reason_check CHECK ((stop_reason = ANY (ARRAY['script_ended'::text, 'max_turns'::text, 'goal_reached'::text, 'goal_impossible'::text, 'restriction_broken'::text, 'target_failed'::text, 'model_failed'::text]))),
  constraint conversation_test_result_id_fkey FOREIGN KEY (organization_id, test_result_id) REFERENCES test_result(organization_id, id) ON DELETE CASCADE
);
alter table conversation owner to rhesis_owner;
alter table conversation enable row level security;
alter table conversation force row level security;
create policy tenant on conversation for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on conversation to rhesis_app;
grant update (plan, stop_reason, created_at) on conversation to rhesis_app;

create table deletion (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  entity_type text not null,
  entity_id uuid not null,
  name text not null,
  project_id uuid,
  user_id uuid default current_actor(),
  created_at timestamp with time zone not null default now(),
  private_to uuid,
  constraint deletion_entity_type_check CHECK ((entity_type = ANY (ARRAY['project'::text, 'model'::text, 'endpoint'::text, 'requirement'::text, 'topic'::text, 'category'::text, 'prompt'::text, 'metric'::text, 'test'::text, 'test_set'::text, 'test_run'::text, 'experiment'::text, 'schedule'::text]))),
  constraint deletion_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint deletion_pkey PRIMARY KEY (organization_id, id),
  constraint deletion_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE
);
alter table deletion owner to rhesis_owner;
alter table deletion enable row level security;
alter table deletion force row level security;
CREATE INDEX deletion_count_idx ON public.deletion USING btree (organization_id, private_to);
create policy tenant on deletion for all to rhesis_app using (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((private_to IS NULL) OR (private_to = ( SELECT current_actor() AS current_actor))))) with check (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((private_to IS NULL) OR (private_to = ( SELECT current_actor() AS current_actor)))));
grant delete, insert, select on deletion to rhesis_app;

create table endpoint (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  name text not null,
  description text not null default ''::text,
  environment text not null default 'development'::text,
  config jsonb not null,
  auth_secret text,
  max_concurrency integer not null default 10,
  max_per_minute integer,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint endpoint_config_check CHECK (
CASE
    WHEN ((config ->> 'protocol'::text) = 'connector'::text) THEN (((config ->> 'url'::text) IS NULL) AND ((config #>> '{connector,function}'::text[]) IS NOT NULL) AND ((config #>> '{connector,environment}'::text[]) IS NOT NULL))
    ELSE ((config ->> 'url'::text) IS NOT NULL)
END),
  constraint endpoint_environment_check CHECK ((environment = ANY (ARRAY['production'::text, 'staging'::text, 'development'::text, 'local'::text]))),
  constraint endpoint_max_concurrency_check CHECK (((max_concurrency >= 1) AND (max_concurrency <= 1000))),
  constraint endpoint_max_per_minute_check CHECK (((max_per_minute >= 1) AND (max_per_minute <= 1000000))),
  constraint endpoint_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint endpoint_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint endpoint_pkey PRIMARY KEY (organization_id, id),
  constraint endpoint_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE
);
alter table endpoint owner to rhesis_owner;
alter table endpoint enable row level security;
alter table endpoint force row level security;
CREATE INDEX endpoint_deletion_id_idx ON public.endpoint USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX endpoint_name_idx ON public.endpoint USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX endpoint_name_key ON public.endpoint USING btree (organization_id, project_id, name) WHERE (deleted_at IS NULL);
CREATE INDEX endpoint_project_id_idx ON public.endpoint USING btree (organization_id, project_id, id) WHERE (deleted_at IS NULL);
create policy tenant on endpoint for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on endpoint to rhesis_app;
grant update (project_id, name, description, environment, config, auth_secret, max_concurrency, max_per_minute, created_at, updated_at, deleted_at, deletion_id, version) on endpoint to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.endpoint REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.endpoint REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.endpoint FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.endpoint FOR EACH ROW EXECUTE FUNCTION touch_row();

create table experiment (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  owner_id uuid not null default current_actor(),
  name text not null,
  description text not null default ''::text,
  visibility text not null default 'private'::text,
  latest_version integer not null default 0,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint experiment_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint experiment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint experiment_pkey PRIMARY KEY (organization_id, id),
  constraint experiment_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint experiment_project_id_key UNIQUE (organization_id, project_id, id),
  constraint experiment_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'shared'::text]))),
  constraint experiment_visibility_key UNIQUE (organization_id, id, owner_id, visibility)
);
alter table experiment owner to rhesis_owner;
alter table experiment enable row level security;
alter table experiment force row level security;
CREATE INDEX experiment_count_idx ON public.experiment USING btree (organization_id, project_id, visibility, owner_id) WHERE (deleted_at IS NULL);
CREATE INDEX experiment_deletion_id_idx ON public.experiment USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX experiment_name_idx ON public.experiment USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX experiment_private_name_key ON public.experiment USING btree (organization_id, project_id, owner_id, name) WHERE ((visibility = 'private'::text) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX experiment_shared_name_key ON public.experiment USING btree (organization_id, project_id, name) WHERE ((visibility = 'shared'::text) AND (deleted_at IS NULL));
create policy gate on experiment for all to rhesis_gate using (true);
create policy tenant on experiment for all to rhesis_app using (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((visibility = 'shared'::text) OR (owner_id = ( SELECT current_actor() AS current_actor))))) with check (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((visibility = 'shared'::text) OR (owner_id = ( SELECT current_actor() AS current_actor)))));
grant delete, insert, select on experiment to rhesis_app;
grant update (project_id, owner_id, name, description, visibility, latest_version, created_at, updated_at, deleted_at, deletion_id, version) on experiment to rhesis_app;
grant select (organization_id, project_id, owner_id, visibility, deleted_at, deletion_id) on experiment to rhesis_gate;
grant update (deleted_at, deletion_id) on experiment to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.experiment REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.experiment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.experiment FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,latest_version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,latest_version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.experiment FOR EACH ROW WHEN ((old.latest_version = new.latest_version)) EXECUTE FUNCTION touch_row();

create table experiment_version (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  experiment_id uuid not null,
  owner_id uuid not null,
  visibility text not null,
  number integer not null,
  "values" jsonb not null,
  note text not null default ''::text,
  user_id uuid,
  content_hash text not null,
  schema_fingerprint text not null,
  parent integer,
  created_at timestamp with time zone not null default now(),
  constraint experiment_version_content_hash_key UNIQUE (organization_id, experiment_id, content_hash),
  constraint experiment_version_experiment_id_fkey FOREIGN KEY (organization_id, experiment_id, owner_id, visibility) REFERENCES experiment(organization_id, id, owner_id, visibility) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint experiment_version_number_check CHECK ((number > 0)),
  constraint experiment_version_number_key UNIQUE (organization_id, experiment_id, number),
  constraint experiment_version_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint experiment_version_parent_fkey FOREIGN KEY (organization_id, experiment_id, parent) REFERENCES experiment_version(organization_id, experiment_id, number),
  constraint experiment_version_pkey PRIMARY KEY (organization_id, id),
  constraint experiment_version_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL
);
alter table experiment_version owner to rhesis_owner;
alter table experiment_version enable row level security;
alter table experiment_version force row level security;
CREATE INDEX experiment_version_experiment_id_idx ON public.experiment_version USING btree (organization_id, experiment_id, id);
create policy tenant on experiment_version for all to rhesis_app using (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((visibility = 'shared'::text) OR (owner_id = ( SELECT current_actor() AS current_actor))))) with check (((organization_id = ( SELECT current_organization() AS current_organization)) AND ((visibility = 'shared'::text) OR (owner_id = ( SELECT current_actor() AS current_actor)))));
grant insert, select on experiment_version to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.experiment_version REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.experiment_version REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.experiment_version FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,owner_id,visibility}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,owner_id,visibility}'::text[]))) EXECUTE FUNCTION audit_update('id');

create table idempotency_key (
  organization_id uuid not null default current_organization(),
  user_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  body jsonb,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_key_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  constraint idempotency_key_pkey PRIMARY KEY (organization_id, user_id, key)
);
alter table idempotency_key owner to rhesis_owner;
alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;
create policy gate on idempotency_key for all to rhesis_gate using (true);
create policy tenant on idempotency_key for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on idempotency_key to rhesis_app;
grant update (request_hash, status, body, created_at) on idempotency_key to rhesis_app;
grant delete on idempotency_key to rhesis_gate;
grant select (created_at) on idempotency_key to rhesis_gate;

create table invitation (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  email text not null,
  role text not null,
  invited_by uuid,
  accepted_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null default (now() + '14 days'::interval),
  constraint invitation_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES "user"(id) ON DELETE SET NULL,
  constraint invitation_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint invitation_pkey PRIMARY KEY (organization_id, id),
  constraint invitation_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text])))
);
alter table invitation owner to rhesis_owner;
alter table invitation enable row level security;
alter table invitation force row level security;
CREATE UNIQUE INDEX invitation_email_key ON public.invitation USING btree (organization_id, lower(email)) WHERE (accepted_at IS NULL);
CREATE INDEX invitation_open_email_idx ON public.invitation USING btree (lower(email)) WHERE (accepted_at IS NULL);
create policy gate on invitation for all to rhesis_gate using (true) with check (true);
create policy tenant on invitation for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on invitation to rhesis_app;
grant update (email, role, invited_by, accepted_at, created_at, expires_at) on invitation to rhesis_app;
grant select on invitation to rhesis_gate;
grant update (accepted_at) on invitation to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.invitation REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.invitation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.invitation FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');

create table job (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid,
  user_id uuid,
  name text not null,
  payload jsonb not null default '{}'::jsonb,
  status text not null default 'queued'::text,
  attempts integer not null default 0,
  failures integer not null default 0,
  error text,
  run_at timestamp with time zone not null default now(),
  offered_at timestamp with time zone,
  lease_until timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  version integer not null default 1,
  constraint job_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint job_pkey PRIMARY KEY (organization_id, id),
  constraint job_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint job_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint job_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL
);
alter table job owner to rhesis_owner;
alter table job enable row level security;
alter table job force row level security;
CREATE INDEX job_due_idx ON public.job USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
create policy gate on job for all to rhesis_gate using (true) with check (true);
create policy tenant on job for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on job to rhesis_app;
grant update (project_id, user_id, name, payload, status, attempts, failures, error, run_at, offered_at, lease_until, started_at, finished_at, created_at, updated_at, version) on job to rhesis_app;
grant select on job to rhesis_gate;
grant update (offered_at) on job to rhesis_gate;
CREATE TRIGGER touch BEFORE UPDATE ON public.job FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER wake AFTER INSERT ON public.job FOR EACH STATEMENT EXECUTE FUNCTION notify_job();

create table membership (
  organization_id uuid not null default current_organization(),
  user_id uuid not null,
  role text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  version integer not null default 1,
  constraint membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint membership_pkey PRIMARY KEY (organization_id, user_id),
  constraint membership_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),
  constraint membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE
);
alter table membership owner to rhesis_owner;
alter table membership enable row level security;
alter table membership force row level security;
CREATE INDEX membership_user_id_idx ON public.membership USING btree (user_id, organization_id);
create policy gate on membership for all to rhesis_gate using (true) with check (true);
create policy tenant on membership for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on membership to rhesis_app;
grant update (role, created_at, updated_at, version) on membership to rhesis_app;
grant insert, select on membership to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.membership REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('user_id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.membership REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('user_id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.membership FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('user_id');
CREATE TRIGGER touch BEFORE UPDATE ON public.membership FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER wake AFTER INSERT OR DELETE OR UPDATE ON public.membership FOR EACH ROW EXECUTE FUNCTION notify_identity();

create table metric (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  implementation text not null,
  parameters jsonb not null,
  model_id uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint metric_model_id_fkey FOREIGN KEY (organization_id, model_id) REFERENCES model(organization_id, id),
  constraint metric_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint metric_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint metric_pkey PRIMARY KEY (organization_id, id)
);
alter table metric owner to rhesis_owner;
alter table metric enable row level security;
alter table metric force row level security;
CREATE INDEX metric_count_idx ON public.metric USING btree (organization_id) WHERE (deleted_at IS NULL);
CREATE INDEX metric_deletion_id_idx ON public.metric USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX metric_model_id_idx ON public.metric USING btree (organization_id, model_id) WHERE (model_id IS NOT NULL);
CREATE UNIQUE INDEX metric_name_key ON public.metric USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on metric for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on metric to rhesis_app;
grant update (name, description, implementation, parameters, model_id, created_at, updated_at, deleted_at, deletion_id, version) on metric to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.metric REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.metric REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.metric FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.metric FOR EACH ROW EXECUTE FUNCTION touch_row();

create table model (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  provider text not null,
  model_name text not null,
  base_url text,
  headers jsonb not null default '{}'::jsonb,
  api_key text,
  input_price numeric(12,6),
  output_price numeric(12,6),
  is_default boolean not null default false,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint model_input_price_check CHECK ((input_price >= (0)::numeric)),
  constraint model_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint model_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint model_output_price_check CHECK ((output_price >= (0)::numeric)),
  constraint model_pkey PRIMARY KEY (organization_id, id),
  constraint model_provider_check CHECK ((provider = ANY (ARRAY['openai'::text, 'anthropic'::text, 'google'::text, 'azure'::text, 'openai_compatible'::text])))
);
alter table model owner to rhesis_owner;
alter table model enable row level security;
alter table model force row level security;
CREATE UNIQUE INDEX model_default_key ON public.model USING btree (organization_id) WHERE (is_default AND (deleted_at IS NULL));
CREATE INDEX model_deletion_id_idx ON public.model USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX model_name_key ON public.model USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on model for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on model to rhesis_app;
grant update (name, description, provider, model_name, base_url, headers, api_key, input_price, output_price, is_default, created_at, updated_at, deleted_at, deletion_id, version) on model to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.model REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.model REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.model FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.model FOR EACH ROW EXECUTE FUNCTION touch_row();

create table organization (
  id uuid not null default uuidv7(),
  name text not null,
  feature_overrides jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  version integer not null default 1,
  constraint organization_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint organization_pkey PRIMARY KEY (id)
);
alter table organization owner to rhesis_owner;
alter table organization enable row level security;
alter table organization force row level security;
create policy gate on organization for select to rhesis_gate using (true);
create policy tenant on organization for all to rhesis_app using ((id = ( SELECT current_organization() AS current_organization))) with check ((id = ( SELECT current_organization() AS current_organization)));
grant insert, select on organization to rhesis_app;
grant update (name, feature_overrides, deleted_at) on organization to rhesis_app;
grant select on organization to rhesis_gate;
CREATE TRIGGER audit_insert AFTER INSERT ON public.organization REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.organization FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.organization FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER wake AFTER UPDATE OF feature_overrides, deleted_at, name ON public.organization FOR EACH ROW EXECUTE FUNCTION notify_organization();

create table parameter_environment (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  name text not null,
  experiment_id uuid not null,
  experiment_version integer not null,
  user_id uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  version integer not null default 1,
  constraint parameter_environment_experiment_id_fkey FOREIGN KEY (organization_id, project_id, experiment_id) REFERENCES experiment(organization_id, project_id, id),
  constraint parameter_environment_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'::text)),
  constraint parameter_environment_name_key UNIQUE (organization_id, project_id, name),
  constraint parameter_environment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint parameter_environment_pkey PRIMARY KEY (organization_id, id),
  constraint parameter_environment_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint parameter_environment_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL,
  constraint parameter_environment_version_fkey FOREIGN KEY (organization_id, experiment_id, experiment_version) REFERENCES experiment_version(organization_id, experiment_id, number)
);
alter table parameter_environment owner to rhesis_owner;
alter table parameter_environment enable row level security;
alter table parameter_environment force row level security;
CREATE INDEX parameter_environment_experiment_id_idx ON public.parameter_environment USING btree (organization_id, experiment_id);
create policy tenant on parameter_environment for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on parameter_environment to rhesis_app;
grant update (project_id, name, experiment_id, experiment_version, user_id, created_at, updated_at, version) on parameter_environment to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.parameter_environment REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.parameter_environment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.parameter_environment FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.parameter_environment FOR EACH ROW EXECUTE FUNCTION touch_row();

create table project (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  parameters_schema jsonb not null default '{"fields": []}'::jsonb,
  constraint project_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint project_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint project_pkey PRIMARY KEY (organization_id, id)
);
alter table project owner to rhesis_owner;
alter table project enable row level security;
alter table project force row level security;
CREATE INDEX project_deletion_id_idx ON public.project USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX project_name_key ON public.project USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on project for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on project to rhesis_app;
grant update (name, description, created_at, updated_at, deleted_at, deletion_id, version, parameters_schema) on project to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.project REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.project REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.project FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER move_private_experiments AFTER UPDATE OF deleted_at ON public.project FOR EACH ROW WHEN (((old.deleted_at IS NULL) <> (new.deleted_at IS NULL))) EXECUTE FUNCTION gate_move_private_experiments();
CREATE TRIGGER touch BEFORE UPDATE ON public.project FOR EACH ROW EXECUTE FUNCTION touch_row();

create table prompt (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  content text not null,
  language_code text not null default 'en'::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint prompt_content_check CHECK (((length(content) >= 1) AND (length(content) <= 100000))),
  constraint prompt_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint prompt_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint prompt_pkey PRIMARY KEY (organization_id, id)
);
alter table prompt owner to rhesis_owner;
alter table prompt enable row level security;
alter table prompt force row level security;
CREATE INDEX prompt_count_idx ON public.prompt USING btree (organization_id) WHERE (deleted_at IS NULL);
CREATE INDEX prompt_deletion_id_idx ON public.prompt USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX prompt_name_key ON public.prompt USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on prompt for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on prompt to rhesis_app;
grant update (name, content, language_code, created_at, updated_at, deleted_at, deletion_id, version) on prompt to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.prompt REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.prompt REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.prompt FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.prompt FOR EACH ROW EXECUTE FUNCTION touch_row();

create table requirement (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint requirement_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint requirement_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint requirement_pkey PRIMARY KEY (organization_id, id)
);
alter table requirement owner to rhesis_owner;
alter table requirement enable row level security;
alter table requirement force row level security;
CREATE INDEX requirement_count_idx ON public.requirement USING btree (organization_id) WHERE (deleted_at IS NULL);
CREATE INDEX requirement_deletion_id_idx ON public.requirement USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX requirement_name_key ON public.requirement USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on requirement for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on requirement to rhesis_app;
grant update (name, description, created_at, updated_at, deleted_at, deletion_id, version) on requirement to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.requirement REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.requirement REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.requirement FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.requirement FOR EACH ROW EXECUTE FUNCTION touch_row();

create table requirement_metric (
  organization_id uuid not null default current_organization(),
  requirement_id uuid not null,
  metric_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint requirement_metric_metric_id_fkey FOREIGN KEY (organization_id, metric_id) REFERENCES metric(organization_id, id) ON DELETE CASCADE,
  constraint requirement_metric_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint requirement_metric_pkey PRIMARY KEY (organization_id, requirement_id, metric_id),
  constraint requirement_metric_requirement_id_fkey FOREIGN KEY (organization_id, requirement_id) REFERENCES requirement(organization_id, id) ON DELETE CASCADE
);
alter table requirement_metric owner to rhesis_owner;
alter table requirement_metric enable row level security;
alter table requirement_metric force row level security;
CREATE INDEX requirement_metric_metric_id_idx ON public.requirement_metric USING btree (organization_id, metric_id);
create policy tenant on requirement_metric for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on requirement_metric to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.requirement_metric REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('requirement_id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.requirement_metric REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('requirement_id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.requirement_metric FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('requirement_id');

create table schedule (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  test_set_id uuid not null,
  endpoint_id uuid not null,
  user_id uuid default current_actor(),
  name text not null,
  cron text not null,
  time_zone text not null,
  enabled boolean not null default true,
  metric_ids uuid[],
  repeats integer not null default 1,
  concurrency integer,
  pause_after_errors integer,
  params jsonb not null default '{}'::jsonb,
  parameters jsonb,
  next_at timestamp with time zone,
  last_run_id uuid,
  last_started_at timestamp with time zone,
  last_error text,
  failures integer not null default 0,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint schedule_concurrency_check CHECK (((concurrency >= 1) AND (concurrency <= 1000))),
  constraint schedule_endpoint_id_fkey FOREIGN KEY (organization_id, endpoint_id) REFERENCES endpoint(organization_id, id) ON DELETE CASCADE,
  constraint schedule_last_run_id_fkey FOREIGN KEY (organization_id, last_run_id) REFERENCES test_run(organization_id, id) ON DELETE SET NULL (last_run_id),
  constraint schedule_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint schedule_next_at_check CHECK (((next_at IS NULL) OR enabled)),
  constraint schedule_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint schedule_pause_after_errors_check CHECK (((pause_after_errors >= 1) AND (pause_after_errors <= 100000))),
  constraint schedule_pkey PRIMARY KEY (organization_id, id),
  constraint schedule_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint schedule_repeats_check CHECK (((repeats >= 1) AND (repeats <= 20))),
  constraint schedule_test_set_id_fkey FOREIGN KEY (organization_id, test_set_id) REFERENCES test_set(organization_id, id) ON DELETE CASCADE,
  constraint schedule_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL
);
alter table schedule owner to rhesis_owner;
alter table schedule enable row level security;
alter table schedule force row level security;
CREATE INDEX schedule_count_idx ON public.schedule USING btree (organization_id, project_id) WHERE (deleted_at IS NULL);
CREATE INDEX schedule_deletion_id_idx ON public.schedule USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX schedule_due_idx ON public.schedule USING btree (COALESCE(next_at, '-infinity'::timestamp with time zone)) WHERE (enabled AND (deleted_at IS NULL));
CREATE INDEX schedule_endpoint_id_idx ON public.schedule USING btree (organization_id, endpoint_id);
CREATE INDEX schedule_last_run_id_idx ON public.schedule USING btree (organization_id, last_run_id) WHERE (last_run_id IS NOT NULL);
CREATE INDEX schedule_name_idx ON public.schedule USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX schedule_name_key ON public.schedule USING btree (organization_id, project_id, name) WHERE (deleted_at IS NULL);
CREATE INDEX schedule_test_set_id_idx ON public.schedule USING btree (organization_id, test_set_id, id);
create policy gate on schedule for select to rhesis_gate using (true);
create policy tenant on schedule for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on schedule to rhesis_app;
grant update (project_id, test_set_id, endpoint_id, user_id, name, cron, time_zone, enabled, metric_ids, repeats, concurrency, pause_after_errors, params, parameters, next_at, last_run_id, last_started_at, last_error, failures, created_at, updated_at, deleted_at, deletion_id, version) on schedule to rhesis_app;
grant select (organization_id, id, user_id, enabled, next_at, deleted_at) on schedule to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.schedule REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.schedule REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.schedule FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,next_at,last_run_id,last_started_at,last_error,failures}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,next_at,last_run_id,last_started_at,last_error,failures}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.schedule FOR EACH ROW WHEN (((to_jsonb(old.*) - '{next_at,last_run_id,last_started_at,last_error,failures}'::text[]) <> (to_jsonb(new.*) - '{next_at,last_run_id,last_started_at,last_error,failures}'::text[]))) EXECUTE FUNCTION touch_row();
CREATE TRIGGER unplan BEFORE UPDATE ON public.schedule FOR EACH ROW WHEN (((NOT new.enabled) OR (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION unplan_schedule();

create table score (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  metric_id uuid not null,
  test_run_id uuid not null,
  metric_name text not null,
  verdict text not null,
  value double precision,
  label text,
  reason text not null default ''::text,
  raw text,
  model_id uuid,
  input_tokens integer,
  output_tokens integer,
  cost numeric(14,6),
  duration_ms double precision not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint score_pkey PRIMARY KEY (organization_id, test_result_id, metric_id),
  constraint score_test_result_id_fkey FOREIGN KEY (organization_id, test_result_id) REFERENCES test_result(organization_id, id) ON DELETE CASCADE,
  constraint score_verdict_check CHECK ((verdict = ANY (ARRAY['pass'::text, 'fail'::text, 'inconclusive'::text])))
);
alter table score owner to rhesis_owner;
alter table score enable row level security;
alter table score force row level security;
CREATE INDEX score_run_metric_idx ON public.score USING btree (organization_id, test_run_id, metric_id, verdict, test_result_id);
create policy tenant on score for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on score to rhesis_app;
grant update (metric_name, verdict, value, label, reason, raw, model_id, input_tokens, output_tokens, cost, duration_ms, created_at) on score to rhesis_app;

create table test (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  kind text not null default 'single_turn'::text,
  conversation jsonb,
  name text not null default ''::text,
  input text not null,
  expected_output text,
  prompt_id uuid,
  requirement_id uuid,
  topic_id uuid,
  category_id uuid,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint test_category_id_fkey FOREIGN KEY (organization_id, category_id) REFERENCES category(organization_id, id),
  constraint test_conversation_check CHECK (((kind = 'multi_turn'::text) = (conversation IS NOT NULL))),
  constraint test_input_check CHECK (((length(input) >= 1) AND (length(input) <= 100000))),
  constraint test_kind_check CHECK ((kind = ANY (ARRAY['single_turn'::text, 'multi_turn'::text]))),
  constraint test_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint test_pkey PRIMARY KEY (organization_id, id),
  constraint test_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint test_prompt_id_fkey FOREIGN KEY (organization_id, prompt_id) REFERENCES prompt(organization_id, id),
  constraint test_requirement_id_fkey FOREIGN KEY (organization_id, requirement_id) REFERENCES requirement(organization_id, id),
  constraint test_topic_id_fkey FOREIGN KEY (organization_id, topic_id) REFERENCES topic(organization_id, id)
);
alter table test owner to rhesis_owner;
alter table test enable row level security;
alter table test force row level security;
CREATE INDEX test_category_id_idx ON public.test USING btree (organization_id, category_id, id) INCLUDE (deleted_at, project_id) WHERE (category_id IS NOT NULL);
CREATE INDEX test_count_idx ON public.test USING btree (organization_id, project_id) WHERE (deleted_at IS NULL);
CREATE INDEX test_deletion_id_idx ON public.test USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX test_project_id_idx ON public.test USING btree (organization_id, project_id, id) WHERE (deleted_at IS NULL);
CREATE INDEX test_prompt_id_idx ON public.test USING btree (organization_id, prompt_id) WHERE (prompt_id IS NOT NULL);
CREATE INDEX test_requirement_id_idx ON public.test USING btree (organization_id, requirement_id, id) INCLUDE (deleted_at, project_id) WHERE (requirement_id IS NOT NULL);
CREATE INDEX test_topic_id_idx ON public.test USING btree (organization_id, topic_id, id) INCLUDE (deleted_at, project_id) WHERE (topic_id IS NOT NULL);
create policy tenant on test for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test to rhesis_app;
grant update (project_id, kind, conversation, name, input, expected_output, prompt_id, requirement_id, topic_id, category_id, metadata, created_at, updated_at, deleted_at, deletion_id, version) on test to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.test REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.test REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.test FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER hide_in_sets AFTER UPDATE ON public.test REFERENCING NEW TABLE AS new_tests FOR EACH STATEMENT EXECUTE FUNCTION hide_test_in_sets();
CREATE TRIGGER touch BEFORE UPDATE ON public.test FOR EACH ROW EXECUTE FUNCTION touch_row();

create table test_result (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  test_run_id uuid not null,
  test_id uuid not null,
  repeat integer not null default 1,
  status text not null default 'pending'::text,
  verdict text,
  input text not null,
  expected_output text,
  requirement_id uuid,
  topic_id uuid,
  category_id uuid,
  metric_ids uuid[] not null default '{}'::uuid[],
  output text,
  answer json,
  request json,
  response json,
  attempts json,
  error_code text,
  error_message text,
  latency_ms double precision,
  claims integer not null default 0,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint test_result_pkey PRIMARY KEY (organization_id, id),
  constraint test_result_run_test_repeat_key UNIQUE (organization_id, test_run_id, test_id, repeat),
  constraint test_result_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'completed'::text, 'cancelled'::text]))),
  constraint test_result_verdict_check CHECK ((verdict = ANY (ARRAY['pass'::text, 'fail'::text, 'inconclusive'::text, 'error'::text]))),
  constraint test_result_verdict_when_completed_check CHECK (((verdict IS NOT NULL) = (status = 'completed'::text)))
);
alter table test_result owner to rhesis_owner;
alter table test_result enable row level security;
alter table test_result force row level security;
CREATE INDEX test_result_run_idx ON public.test_result USING btree (organization_id, test_run_id, id) INCLUDE (requirement_id);
CREATE INDEX test_result_verdict_idx ON public.test_result USING btree (organization_id, test_run_id, verdict, id) WHERE (verdict IS NOT NULL);
create policy gate on test_result for all to rhesis_gate using (true);
create policy tenant on test_result for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test_result to rhesis_app;
grant update (test_id, repeat, status, verdict, input, expected_output, requirement_id, topic_id, category_id, metric_ids, output, answer, request, response, attempts, error_code, error_message, latency_ms, claims, started_at, finished_at, created_at) on test_result to rhesis_app;
grant delete on test_result to rhesis_gate;
grant select (organization_id, test_run_id) on test_result to rhesis_gate;
CREATE TRIGGER require_run AFTER INSERT ON public.test_result REFERENCING NEW TABLE AS new_results FOR EACH STATEMENT EXECUTE FUNCTION require_run_of_results();

create table test_run (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  test_set_id uuid not null,
  endpoint_id uuid not null,
  job_id uuid,
  user_id uuid,
  name text not null,
  kind text not null default 'execute'::text,
  source_run_id uuid,
  status text not null default 'queued'::text,
  plan jsonb not null,
  error text,
  total integer not null default 0,
  passed integer not null default 0,
  failed integer not null default 0,
  inconclusive integer not null default 0,
  errored integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost numeric(14,6) not null default 0,
  max_tokens bigint,
  max_cost numeric(16,9),
  booked_tokens bigint not null default 0,
  booked_cost numeric not null default 0,
  reserved_tokens bigint not null default 0,
  reserved_cost numeric not null default 0,
  lease_token uuid,
  begun_through uuid,
  cancel_requested_at timestamp with time zone,
  pause_requested_at timestamp with time zone,
  pause_reason text,
  held_until timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  experiment_id uuid,
  experiment_version integer,
  schedule_id uuid,
  constraint test_run_counts_check CHECK (((((passed + failed) + inconclusive) + errored) <= total)),
  constraint test_run_endpoint_id_fkey FOREIGN KEY (organization_id, endpoint_id) REFERENCES endpoint(organization_id, id),
  constraint test_run_job_id_fkey FOREIGN KEY (organization_id, job_id) REFERENCES job(organization_id, id),
  constraint test_run_kind_check CHECK ((kind = ANY (ARRAY['execute'::text, 'rescore'::text]))),
  constraint test_run_max_cost_check CHECK ((max_cost > (0)::numeric)),
  constraint test_run_max_tokens_check CHECK ((max_tokens > 0)),
  constraint test_run_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint test_run_pkey PRIMARY KEY (organization_id, id),
  constraint test_run_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE,
  constraint test_run_schedule_id_fkey FOREIGN KEY (organization_id, schedule_id) REFERENCES schedule(organization_id, id) ON DELETE SET NULL (schedule_id),
  constraint test_run_source_run_id_fkey FOREIGN KEY (organization_id, source_run_id) REFERENCES test_run(organization_id, id) ON DELETE SET NULL (source_run_id),
  constraint test_run_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'paused'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint test_run_test_set_id_fkey FOREIGN KEY (organization_id, test_set_id) REFERENCES test_set(organization_id, id),
  constraint test_run_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE SET NULL
);
alter table test_run owner to rhesis_owner;
alter table test_run enable row level security;
alter table test_run force row level security;
CREATE INDEX test_run_count_idx ON public.test_run USING btree (organization_id, project_id) WHERE (deleted_at IS NULL);
CREATE INDEX test_run_endpoint_id_idx ON public.test_run USING btree (organization_id, endpoint_id, id);
CREATE INDEX test_run_experiment_idx ON public.test_run USING btree (organization_id, experiment_id, id) WHERE (experiment_id IS NOT NULL);
CREATE INDEX test_run_live_job_idx ON public.test_run USING btree (organization_id, job_id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX test_run_project_id_idx ON public.test_run USING btree (organization_id, project_id, id);
CREATE INDEX test_run_running_idx ON public.test_run USING btree (organization_id, endpoint_id) WHERE (status = 'running'::text);
CREATE INDEX test_run_schedule_idx ON public.test_run USING btree (organization_id, schedule_id, id) WHERE (schedule_id IS NOT NULL);
CREATE INDEX test_run_source_run_id_idx ON public.test_run USING btree (organization_id, source_run_id) WHERE (source_run_id IS NOT NULL);
CREATE INDEX test_run_test_set_id_idx ON public.test_run USING btree (organization_id, test_set_id, id);
create policy gate on test_run for select to rhesis_gate using (true);
create policy tenant on test_run for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test_run to rhesis_app;
grant update (project_id, test_set_id, endpoint_id, job_id, user_id, name, kind, source_run_id, status, plan, error, total, passed, failed, inconclusive, errored, input_tokens, output_tokens, cost, max_tokens, max_cost, booked_tokens, booked_cost, reserved_tokens, reserved_cost, lease_token, begun_through, cancel_requested_at, pause_requested_at, pause_reason, held_until, started_at, finished_at, created_at, updated_at, deleted_at, deletion_id, version, experiment_id, experiment_version, schedule_id) on test_run to rhesis_app;
grant select (organization_id, job_id, status) on test_run to rhesis_gate;
CREATE TRIGGER audit_delete AFTER DELETE ON public.test_run REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.test_run REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.test_run FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.deleted_at IS DISTINCT FROM new.deleted_at) OR (old.cancel_requested_at IS DISTINCT FROM new.cancel_requested_at) OR (old.max_tokens IS DISTINCT FROM new.max_tokens) OR (old.max_cost IS DISTINCT FROM new.max_cost))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER check_transition BEFORE UPDATE OF status ON public.test_run FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION check_run_transition();
CREATE TRIGGER delete_results AFTER DELETE ON public.test_run FOR EACH ROW EXECUTE FUNCTION gate_delete_results_of_run();
CREATE TRIGGER touch BEFORE UPDATE ON public.test_run FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.status IS DISTINCT FROM new.status) OR (old.deleted_at IS DISTINCT FROM new.deleted_at) OR (old.cancel_requested_at IS DISTINCT FROM new.cancel_requested_at) OR (old.max_tokens IS DISTINCT FROM new.max_tokens) OR (old.max_cost IS DISTINCT FROM new.max_cost))) EXECUTE FUNCTION touch_row();
CREATE TRIGGER wake AFTER UPDATE ON public.test_run FOR EACH ROW WHEN ((NOT (old.begun_through IS DISTINCT FROM new.begun_through))) EXECUTE FUNCTION notify_test_run();
CREATE TRIGGER wake_others AFTER UPDATE OF held_until ON public.test_run FOR EACH ROW WHEN ((old.held_until IS DISTINCT FROM new.held_until)) EXECUTE FUNCTION notify_hold();

create table test_set (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  project_id uuid not null,
  kind text not null default 'single_turn'::text,
  name text not null,
  description text not null default ''::text,
  test_count integer not null default 0,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint test_set_kind_check CHECK ((kind = ANY (ARRAY['single_turn'::text, 'multi_turn'::text]))),
  constraint test_set_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint test_set_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint test_set_pkey PRIMARY KEY (organization_id, id),
  constraint test_set_project_id_fkey FOREIGN KEY (organization_id, project_id) REFERENCES project(organization_id, id) ON DELETE CASCADE
);
alter table test_set owner to rhesis_owner;
alter table test_set enable row level security;
alter table test_set force row level security;
CREATE INDEX test_set_count_idx ON public.test_set USING btree (organization_id, project_id) WHERE (deleted_at IS NULL);
CREATE INDEX test_set_deletion_id_idx ON public.test_set USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX test_set_name_idx ON public.test_set USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX test_set_name_key ON public.test_set USING btree (organization_id, project_id, name) WHERE (deleted_at IS NULL);
create policy tenant on test_set for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test_set to rhesis_app;
grant update (project_id, kind, name, description, test_count, created_at, updated_at, deleted_at, deletion_id, version) on test_set to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.test_set REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.test_set REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.test_set FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,test_count}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,test_count}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.test_set FOR EACH ROW WHEN ((old.test_count = new.test_count)) EXECUTE FUNCTION touch_row();

create table test_set_metric (
  organization_id uuid not null default current_organization(),
  test_set_id uuid not null,
  metric_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint test_set_metric_metric_id_fkey FOREIGN KEY (organization_id, metric_id) REFERENCES metric(organization_id, id) ON DELETE CASCADE,
  constraint test_set_metric_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint test_set_metric_pkey PRIMARY KEY (organization_id, test_set_id, metric_id),
  constraint test_set_metric_test_set_id_fkey FOREIGN KEY (organization_id, test_set_id) REFERENCES test_set(organization_id, id) ON DELETE CASCADE
);
alter table test_set_metric owner to rhesis_owner;
alter table test_set_metric enable row level security;
alter table test_set_metric force row level security;
CREATE INDEX test_set_metric_metric_id_idx ON public.test_set_metric USING btree (organization_id, metric_id);
create policy tenant on test_set_metric for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test_set_metric to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.test_set_metric REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('test_set_id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.test_set_metric REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('test_set_id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.test_set_metric FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('test_set_id');

create table test_set_test (
  organization_id uuid not null default current_organization(),
  test_set_id uuid not null,
  test_id uuid not null,
  "position" integer not null,
  is_live boolean not null default true,
  created_at timestamp with time zone not null default now(),
  constraint test_set_test_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint test_set_test_pkey PRIMARY KEY (organization_id, test_set_id, test_id),
  constraint test_set_test_test_id_fkey FOREIGN KEY (organization_id, test_id) REFERENCES test(organization_id, id) ON DELETE CASCADE,
  constraint test_set_test_test_set_id_fkey FOREIGN KEY (organization_id, test_set_id) REFERENCES test_set(organization_id, id) ON DELETE CASCADE
);
alter table test_set_test owner to rhesis_owner;
alter table test_set_test enable row level security;
alter table test_set_test force row level security;
CREATE INDEX test_set_test_position_idx ON public.test_set_test USING btree (organization_id, test_set_id, "position", test_id) WHERE is_live;
CREATE INDEX test_set_test_test_id_idx ON public.test_set_test USING btree (organization_id, test_id);
create policy tenant on test_set_test for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on test_set_test to rhesis_app;
grant update ("position", is_live, created_at) on test_set_test to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.test_set_test REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('test_set_id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.test_set_test REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('test_set_id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.test_set_test FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version,is_live}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version,is_live}'::text[]))) EXECUTE FUNCTION audit_update('test_set_id');
CREATE TRIGGER count_deleted AFTER DELETE ON public.test_set_test REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_tests_of_set();
CREATE TRIGGER count_inserted AFTER INSERT ON public.test_set_test REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_tests_of_set();
CREATE TRIGGER count_updated AFTER UPDATE ON public.test_set_test REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_tests_of_set();

create table topic (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  name text not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  deletion_id uuid,
  version integer not null default 1,
  constraint topic_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 200))),
  constraint topic_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE,
  constraint topic_pkey PRIMARY KEY (organization_id, id)
);
alter table topic owner to rhesis_owner;
alter table topic enable row level security;
alter table topic force row level security;
CREATE INDEX topic_count_idx ON public.topic USING btree (organization_id) WHERE (deleted_at IS NULL);
CREATE INDEX topic_deletion_id_idx ON public.topic USING btree (organization_id, deletion_id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX topic_name_key ON public.topic USING btree (organization_id, name) WHERE (deleted_at IS NULL);
create policy tenant on topic for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select on topic to rhesis_app;
grant update (name, description, created_at, updated_at, deleted_at, deletion_id, version) on topic to rhesis_app;
CREATE TRIGGER audit_delete AFTER DELETE ON public.topic REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_insert AFTER INSERT ON public.topic REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit_update AFTER UPDATE ON public.topic FOR EACH ROW WHEN (((to_jsonb(old.*) - '{updated_at,version}'::text[]) <> (to_jsonb(new.*) - '{updated_at,version}'::text[]))) EXECUTE FUNCTION audit_update('id');
CREATE TRIGGER touch BEFORE UPDATE ON public.topic FOR EACH ROW EXECUTE FUNCTION touch_row();

create table turn (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  number integer not null,
  input text not null,
  output text,
  answer json,
  request json,
  response json,
  attempts json not null,
  error_code text,
  error_message text,
  latency_ms double precision not null,
  reason text,
  checks json not null,
  judgement json,
  evidence json not null,
  created_at timestamp with time zone not null default now(),
  constraint turn_number_check CHECK (((number >= 1) AND (number <= 50))),
  constraint turn_pkey PRIMARY KEY (organization_id, test_result_id, number),
  constraint turn_test_result_id_fkey FOREIGN KEY (organization_id, test_result_id) REFERENCES test_result(organization_id, id) ON DELETE CASCADE
);
alter table turn owner to rhesis_owner;
alter table turn enable row level security;
alter table turn force row level security;
create policy tenant on turn for all to rhesis_app using ((organization_id = ( SELECT current_organization() AS current_organization))) with check ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on turn to rhesis_app;

create table user (
  id uuid not null default uuidv7(),
  issuer text not null,
  subject text not null,
  email text,
  name text not null default ''::text,
  picture text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone,
  constraint user_issuer_subject_key UNIQUE (issuer, subject),
  constraint user_pkey PRIMARY KEY (id)
);
alter table user owner to rhesis_owner;
alter table user enable row level security;
alter table user force row level security;
create policy colleague on "user" for select to rhesis_app using ((EXISTS ( SELECT
   FROM membership m
  WHERE ((m.user_id = "user".id) AND (m.organization_id = ( SELECT current_organization() AS current_organization))))));
create policy gate on "user" for all to rhesis_gate using (true) with check (true);
create policy self on "user" for select to rhesis_app using ((id = ( SELECT current_actor() AS current_actor)));
grant select on "user" to rhesis_app;
grant insert, select, update on "user" to rhesis_gate;

CREATE OR REPLACE FUNCTION public.audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  key text := tg_argv[0];
begin
  if tg_op = 'INSERT' then
    insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, after)
    select coalesce(j ->> 'organization_id', j ->> 'id')::uuid, current_actor(),
      nullif(current_setting('app.request_id', true), ''), 'create', tg_table_name, (j ->> key)::uuid, audit_redact(j)
    from (select to_jsonb(r) as j from new_rows r) s;
  else
    insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, before)
    select (j ->> 'organization_id')::uuid, current_actor(), nullif(current_setting('app.request_id', true), ''),
      'delete', tg_table_name, (j ->> key)::uuid, audit_redact(j)
    from (select to_jsonb(r) as j from old_rows r) s;
  end if;
  return null;
end $function$;
alter routine audit_change() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.audit_redact(entry jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((entry ->> 'visibility'::text) = 'private'::text) THEN (entry - ARRAY['name'::text, 'description'::text, 'note'::text, 'content_hash'::text, 'values'::text]) ELSE (entry - ARRAY['auth_secret'::text, 'api_key'::text, 'token_hash'::text, 'plan'::text, 'values'::text, 'params'::text]) END;
alter routine audit_redact(jsonb) owner to rhesis_owner;

CREATE OR REPLACE PROCEDURE public.audit_table(IN tbl regclass, IN key text, IN moving text[] DEFAULT '{}'::text[])
 LANGUAGE plpgsql
AS $procedure$
declare
  ignored text[] := array['updated_at', 'version'] || moving;
begin
  execute format('create trigger audit_insert after insert on %s referencing new table as new_rows for each statement execute function audit_change(%L)', tbl, key);
  execute format('create trigger audit_update after update on %s for each row when (to_jsonb(old) - %L::text[] <> to_jsonb(new) - %L::text[]) execute function audit_update(%L)', tbl, ignored, ignored, key);
  execute format('create trigger audit_delete after delete on %s referencing old table as old_rows for each statement execute function audit_change(%L)', tbl, key);
end $procedure$;
alter routine audit_table(regclass,text,text[]) owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.audit_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  o jsonb := to_jsonb(old);
  n jsonb := to_jsonb(new);
begin
  insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, before, after)
  values (coalesce(n ->> 'organization_id', n ->> 'id')::uuid, current_actor(),
    nullif(current_setting('app.request_id', true), ''),
    case when o ->> 'deleted_at' is null and n ->> 'deleted_at' is not null then 'delete' else 'update' end,
    tg_table_name, (n ->> tg_argv[0])::uuid, audit_redact(o), audit_redact(n));
  return null;
end $function$;
alter routine audit_update() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.check_connector_call_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.connection_id = new.connection_id
    and (old.status, new.status) in (('waiting', 'sent'), ('waiting', 'failed'), ('sent', 'answered'), ('sent', 'failed')) then
    return new;
  end if;
  raise check_violation using message = format('a call that is %s cannot become %s', old.status, new.status),
    constraint = 'connector_call_transition_check', table = 'connector_call';
end $function$;
alter routine check_connector_call_transition() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.check_run_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (old.status, new.status) in (
    ('queued', 'running'), ('queued', 'paused'), ('queued', 'cancelled'), ('queued', 'failed'),
    ('running', 'completed'), ('running', 'paused'), ('running', 'cancelled'), ('running', 'failed'),
    ('paused', 'queued'), ('paused', 'cancelled')
  ) then
    return new;
  end if;
  raise check_violation using message = format('a run that is %s cannot become %s', old.status, new.status),
    constraint = 'test_run_transition_check', table = 'test_run';
end $function$;
alter routine check_run_transition() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.count_tests_of_set()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    update test_set s set test_count = s.test_count + c.tests
    from (select organization_id, test_set_id, count(*) filter (where is_live) as tests from new_rows group by 1, 2) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests > 0;
  elsif tg_op = 'DELETE' then
    update test_set s set test_count = s.test_count - c.tests
    from (select organization_id, test_set_id, count(*) filter (where is_live) as tests from old_rows group by 1, 2) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests > 0;
  else
    update test_set s set test_count = s.test_count + c.tests
    from (
      select organization_id, test_set_id, sum(n) as tests from (
        select organization_id, test_set_id, is_live::integer as n from new_rows
        union all
        select organization_id, test_set_id, -is_live::integer from old_rows
      ) moved group by 1, 2
    ) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests <> 0;
  end if;
  return null;
end $function$;
alter routine count_tests_of_set() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.current_actor()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid;
alter routine current_actor() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.current_organization()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid;
alter routine current_organization() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.gate_claim_due_jobs(most integer, offer_again_after interval)
 RETURNS TABLE(organization_id uuid, job_id uuid, name text, offer bigint, previous_offer bigint)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;
alter routine gate_claim_due_jobs(integer,interval) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_delete_results_of_run()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  delete from public.test_result t where t.organization_id = old.organization_id and t.test_run_id = old.id;
  return null;
end $function$;
alter routine gate_delete_results_of_run() owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_due_schedules(moment timestamp with time zone, most integer)
 RETURNS TABLE(organization_id uuid, schedule_id uuid, user_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select s.organization_id, s.id, s.user_id
  from public.schedule s join public.organization o on o.id = s.organization_id and o.deleted_at is null
  where s.enabled and s.deleted_at is null and coalesce(s.next_at, '-infinity') <= moment
  order by coalesce(s.next_at, '-infinity')
  limit most
$function$;
alter routine gate_due_schedules(timestamp with time zone,integer) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_forget_idempotency_keys(older_than interval)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  delete from public.idempotency_key where created_at < now() - older_than
$function$;
alter routine gate_forget_idempotency_keys(interval) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_job_counts()
 RETURNS TABLE(name text, status text, jobs bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select j.name, j.status, count(*) from public.job j where j.status in ('queued', 'running') group by 1, 2
$function$;
alter routine gate_job_counts() owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_memberships(person uuid)
 RETURNS TABLE(organization_id uuid, organization_name text, role text, feature_overrides jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select m.organization_id, o.name, m.role, o.feature_overrides
  from public.membership m join public.organization o on o.id = m.organization_id
  where m.user_id = person and o.deleted_at is null
  order by o.name, o.id
$function$;
alter routine gate_memberships(uuid) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_move_private_experiments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.experiment e set deleted_at = new.deleted_at, deletion_id = new.deletion_id
  where e.organization_id = new.organization_id and e.project_id = new.id and e.visibility = 'private'
    and e.owner_id is distinct from public.current_actor()
    and case when new.deleted_at is null then e.deletion_id = old.deletion_id else e.deleted_at is null end;
  return null;
end $function$;
alter routine gate_move_private_experiments() owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_organizations()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select o.id from public.organization o order by o.id
$function$;
alter routine gate_organizations() owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_orphaned_runs(most integer)
 RETURNS TABLE(organization_id uuid, job_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select r.organization_id, r.job_id
  from public.test_run r join public.job j on j.organization_id = r.organization_id and j.id = r.job_id
  where r.status in ('queued', 'running') and j.status in ('completed', 'failed', 'cancelled')
  limit most
$function$;
alter routine gate_orphaned_runs(integer) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_sign_in(issuer text, subject text, email text, email_verified boolean, name text, picture text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
end $function$;
alter routine gate_sign_in(text,text,text,boolean,text,text) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_token(hash bytea)
 RETURNS TABLE(token_id uuid, organization_id uuid, user_id uuid, project_id uuid, scopes text[], role text, expires_at timestamp with time zone, revoked_at timestamp with time zone, feature_overrides jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select t.id, t.organization_id, t.user_id, t.project_id, t.scopes, m.role, t.expires_at, t.revoked_at, o.feature_overrides
  from public.api_token t
  join public.membership m on m.organization_id = t.organization_id and m.user_id = t.user_id
  join public.organization o on o.id = t.organization_id and o.deleted_at is null
  where t.token_hash = hash
$function$;
alter routine gate_token(bytea) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_touch_token(token uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  update public.api_token set last_used_at = now()
  where id = token and (last_used_at is null or last_used_at < now() - interval '1 minute')
$function$;
alter routine gate_touch_token(uuid) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.gate_users_by_email(address text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select u.id from public."user" u where lower(u.email) = lower(address) order by u.id
$function$;
alter routine gate_users_by_email(text) owner to rhesis_gate;

CREATE OR REPLACE FUNCTION public.hide_test_in_sets()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- What a place says itself tells whether it has to change: joining old and new rows would compare each with each.
  update test_set_test s set is_live = n.deleted_at is null from new_tests n
  where s.organization_id = n.organization_id and s.test_id = n.id and s.is_live <> (n.deleted_at is null);
  return null;
end $function$;
alter routine hide_test_in_sets() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_connector_answer()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('connector_answer', new.id::text);
  return null;
end $function$;
alter routine notify_connector_answer() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_connector_calls()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('connector_call', connection_id::text) from (select distinct connection_id from new_calls) s;
  return null;
end $function$;
alter routine notify_connector_calls() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_connector_cancel()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('connector_cancel', old.id::text);
  return null;
end $function$;
alter routine notify_connector_cancel() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_hold()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('endpoint_hold', new.endpoint_id::text);
  return null;
end $function$;
alter routine notify_hold() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_identity()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('identity', coalesce(new.user_id, old.user_id)::text);
  return null;
end $function$;
alter routine notify_identity() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_job()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('job', '');
  return null;
end $function$;
alter routine notify_job() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_organization()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('identity', '*');
  return null;
end $function$;
alter routine notify_organization() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.notify_test_run()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('test_run', new.id::text);
  return null;
end $function$;
alter routine notify_test_run() owner to rhesis_owner;

CREATE OR REPLACE PROCEDURE public.protect_tenant_table(IN tbl regclass, IN rights text)
 LANGUAGE plpgsql
AS $procedure$
declare
  asked text[] := string_to_array(rights, ', ');
  changeable text;
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format(
    'create policy tenant on %s to rhesis_app using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))',
    tbl);
  execute format('grant %s on %s to rhesis_app', array_to_string(array_remove(asked, 'update'), ', '), tbl);
  if 'update' = any(asked) then
    select string_agg(quote_ident(c.attname), ', ' order by c.attnum) into changeable from pg_attribute c
    where c.attrelid = tbl and c.attnum > 0 and not c.attisdropped and c.attname <> 'test_run_id'
      and c.attnum <> all(array(select unnest(i.indkey) from pg_index i where i.indrelid = tbl and i.indisprimary));
    execute format('grant update (%s) on %s to rhesis_app', changeable, tbl);
  end if;
end $procedure$;
alter routine protect_tenant_table(regclass,text) owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.require_run_of_results()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  named record;
begin
  for named in select distinct organization_id, test_run_id from new_results loop
    perform from test_run r where r.organization_id = named.organization_id and r.id = named.test_run_id for key share;
    if not found then
      raise foreign_key_violation using message = 'a test result needs its test run',
        constraint = 'test_result_test_run_id_fkey', table = 'test_result';
    end if;
  end loop;
  return null;
end $function$;
alter routine require_run_of_results() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.touch_row()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end $function$;
alter routine touch_row() owner to rhesis_owner;

CREATE OR REPLACE FUNCTION public.unplan_schedule()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.next_at := null;
  return new;
end $function$;
alter routine unplan_schedule() owner to rhesis_owner;

CREATE OR REPLACE PROCEDURE public.version_table(IN tbl regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create trigger touch before update on %s for each row execute function touch_row()', tbl);
end $procedure$;
alter routine version_table(regclass) owner to rhesis_owner;
