-- The conversations of multi-turn tests: one per result, from the start of the run, and its turns once it is over.
create table conversation (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  -- What the test said then. Only ever read whole.
  plan json not null,
  stop_reason text constraint conversation_stop_reason_check check (stop_reason in ('script_ended', 'max_turns', 'goal_reached',
    'goal_impossible', 'restriction_broken', 'target_failed', 'model_failed')),
  created_at timestamptz not null default now(),
  primary key (organization_id, test_result_id),
  constraint conversation_test_result_id_fkey foreign key (organization_id, test_result_id) references test_result (organization_id, id) on delete cascade
);

create table turn (
  organization_id uuid not null default current_organization(),
  test_result_id uuid not null,
  number integer not null constraint turn_number_check check (number between 1 and 50),
  input text not null,
  output text,
  -- Only ever read whole, as in test_result.
  answer json,
  request json,
  response json,
  attempts json not null,
  error_code text,
  error_message text,
  latency_ms double precision not null,
  -- Why the simulated user said this.
  reason text,
  checks json not null,
  judgement json,
  evidence json not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, test_result_id, number),
  constraint turn_test_result_id_fkey foreign key (organization_id, test_result_id) references test_result (organization_id, id) on delete cascade
);

call protect_tenant_table('conversation', 'select, insert, update');
-- A turn is never changed. It goes with its result.
call protect_tenant_table('turn', 'select, insert');
