-- What the platform does: jobs, test runs, results and scores; and the keys programs come with.
create table job (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid,
  user_id uuid references "user" (id) on delete set null,
  name text not null,
  payload jsonb not null default '{}',
  status text not null default 'queued' constraint job_status_check
    check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  attempts integer not null default 0,
  -- In a row, by a fault of ours.
  failures integer not null default 0,
  error text,
  run_at timestamptz not null default now(),
  offered_at timestamptz,
  lease_until timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (organization_id, id),
  constraint job_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade
);
create index job_due_idx on job (run_at) where status in ('queued', 'running');

create table test_run (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  test_set_id uuid not null,
  endpoint_id uuid not null,
  job_id uuid,
  user_id uuid references "user" (id) on delete set null,
  name text not null,
  -- A run of kind rescore scores the answers of its source again and calls nobody.
  kind text not null default 'execute' constraint test_run_kind_check check (kind in ('execute', 'rescore')),
  source_run_id uuid,
  status text not null default 'queued' constraint test_run_status_check
    check (status in ('queued', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  plan jsonb not null,
  error text,
  total integer not null default 0,
  passed integer not null default 0,
  failed integer not null default 0,
  inconclusive integer not null default 0,
  errored integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost numeric(14, 6) not null default 0,
  -- What its models may use at most; cost in US dollars, here and below.
  max_tokens bigint constraint test_run_max_tokens_check check (max_tokens > 0),
  max_cost numeric(16, 9) constraint test_run_max_cost_check check (max_cost > 0),
  -- What a run with such a cap has used, also for what was not stored.
  booked_tokens bigint not null default 0,
  booked_cost numeric not null default 0,
  -- What its executor may use before it asks again: after a crash, all of it counts as used.
  reserved_tokens bigint not null default 0,
  reserved_cost numeric not null default 0,
  lease_token uuid,
  -- Results up to this id were begun by whoever holds the lease; those of them still pending may be under way.
  begun_through uuid,
  cancel_requested_at timestamptz,
  pause_requested_at timestamptz,
  pause_reason text,
  -- Until then the target has asked not to be called; kept by every run that calls it.
  held_until timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint test_run_counts_check check (passed + failed + inconclusive + errored <= total),
  constraint test_run_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
  constraint test_run_test_set_id_fkey foreign key (organization_id, test_set_id) references test_set (organization_id, id),
  constraint test_run_endpoint_id_fkey foreign key (organization_id, endpoint_id) references endpoint (organization_id, id),
  constraint test_run_job_id_fkey foreign key (organization_id, job_id) references job (organization_id, id),
  constraint test_run_source_run_id_fkey foreign key (organization_id, source_run_id) references test_run (organization_id, id)
    on delete set null (source_run_id)
);
create index test_run_source_run_id_idx on test_run (organization_id, source_run_id) where source_run_id is not null;
create index test_run_count_idx on test_run (organization_id, project_id) where deleted_at is null;
create index test_run_project_id_idx on test_run (organization_id, project_id, id);
create index test_run_test_set_id_idx on test_run (organization_id, test_set_id, id);
create index test_run_endpoint_id_idx on test_run (organization_id, endpoint_id, id);
create index test_run_live_job_idx on test_run (organization_id, job_id) where status in ('queued', 'running');
create index test_run_running_idx on test_run (organization_id, endpoint_id) where status = 'running';

-- One row per test and repeat, from the start of the run. What the test said then is kept here.
create table test_result (
  organization_id uuid not null default current_organization(),
  id uuid not null default uuidv7(),
  test_run_id uuid not null,
  test_id uuid not null,
  repeat integer not null default 1,
  status text not null default 'pending' constraint test_result_status_check
    check (status in ('pending', 'completed', 'cancelled')),
  verdict text constraint test_result_verdict_check check (verdict in ('pass', 'fail', 'inconclusive', 'error')),
  input text not null,
  expected_output text,
  requirement_id uuid,
  topic_id uuid,
  category_id uuid,
  metric_ids uuid[] not null default '{}',
  output text,
  -- Only ever read whole: json is stored as it came, jsonb would be built anew for each.
  answer json,
  request json,
  response json,
  attempts json,
  error_code text,
  error_message text,
  latency_ms double precision,
  -- How often it was begun by a worker that did not live to see its end.
  claims integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (organization_id, id),
  constraint test_result_run_test_repeat_key unique (organization_id, test_run_id, test_id, repeat),
  constraint test_result_verdict_when_completed_check check ((verdict is not null) = (status = 'completed'))
);
create index test_result_run_idx on test_result (organization_id, test_run_id, id) include (requirement_id);
create index test_result_verdict_idx on test_result (organization_id, test_run_id, verdict, id) where verdict is not null;

-- Scores outlive their metric: the run's plan keeps what it was, so there is no foreign key to it.
create table score (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  metric_id uuid not null,
  test_run_id uuid not null,
  metric_name text not null,
  verdict text not null constraint score_verdict_check check (verdict in ('pass', 'fail', 'inconclusive')),
  value double precision,
  label text,
  reason text not null default '',
  raw text,
  model_id uuid,
  input_tokens integer,
  output_tokens integer,
  cost numeric(14, 6),
  duration_ms double precision not null default 0,
  created_at timestamptz not null default now(),
  primary key (organization_id, test_result_id, metric_id),
  constraint score_test_result_id_fkey foreign key (organization_id, test_result_id) references test_result (organization_id, id) on delete cascade
);
create index score_run_metric_idx on score (organization_id, test_run_id, metric_id, verdict, test_result_id);

create table api_token (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  user_id uuid not null default current_actor(),
  project_id uuid,
  -- The token that made it, whose end is its end.
  made_by uuid,
  name text not null constraint api_token_name_check check (length(trim(name)) between 1 and 200),
  token_hash bytea not null constraint api_token_hash_key unique,
  hint text not null,
  scopes text[] not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (organization_id, id),
  constraint api_token_membership_fkey foreign key (organization_id, user_id) references membership (organization_id, user_id) on delete cascade,
  constraint api_token_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
  constraint api_token_made_by_fkey foreign key (organization_id, made_by) references api_token (organization_id, id) on delete cascade
);
create index api_token_user_id_idx on api_token (organization_id, user_id);
create index api_token_made_by_idx on api_token (organization_id, made_by) where made_by is not null;

-- The answer to a creating call, kept for a day so that a repeated call is answered and not repeated. The call that
-- makes an organization claims its key before the organization is there.
create table idempotency_key (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade
    deferrable initially deferred,
  user_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id, key)
);

-- Stands for a foreign key to test_run: a run of 10,000 tests starts with one statement, and asking once per statement
-- instead of once per row is a third of its time. Deleting a run takes its results along: see the gates.
create function require_run_of_results() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
end $$;
create trigger require_run after insert on test_result referencing new table as new_results
  for each statement execute function require_run_of_results();

call protect_tenant_table('job', 'select, insert, update');
call protect_tenant_table('test_run', 'select, insert, update, delete');
call protect_tenant_table('test_result', 'select, insert, update, delete');
call protect_tenant_table('score', 'select, insert, update, delete');
call protect_tenant_table('api_token', 'select, insert, update');
call protect_tenant_table('idempotency_key', 'select, insert, update, delete');
call version_table('job');
-- That a token was used is noted to the minute and is nobody's change.
create trigger touch before update on api_token for each row
  when (old.last_used_at is not distinct from new.last_used_at) execute function touch_row();
call audit_table('api_token', 'id', '{last_used_at}');

-- The state machine of a run: packages/engine/src/run/schema.ts says the same, and a test compares the two.
create function check_run_transition() returns trigger language plpgsql as $$
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
end $$;
create trigger check_transition before update of status on test_run for each row
  when (old.status is distinct from new.status) execute function check_run_transition();

-- Counters and leases move all the time: only what people change counts as a new version and leaves an audit row.
create trigger touch before update on test_run for each row
  when (old.name is distinct from new.name or old.status is distinct from new.status
    or old.deleted_at is distinct from new.deleted_at or old.cancel_requested_at is distinct from new.cancel_requested_at
    or old.max_tokens is distinct from new.max_tokens or old.max_cost is distinct from new.max_cost)
  execute function touch_row();
create trigger audit_insert after insert on test_run referencing new table as new_rows for each statement execute function audit_change('id');
create trigger audit_update after update on test_run for each row
  when (old.name is distinct from new.name or old.deleted_at is distinct from new.deleted_at
    or old.cancel_requested_at is distinct from new.cancel_requested_at
    or old.max_tokens is distinct from new.max_tokens or old.max_cost is distinct from new.max_cost)
  execute function audit_update('id');
create trigger audit_delete after delete on test_run referencing old table as old_rows for each statement execute function audit_change('id');
