-- The table of afterspan-durable on SQLite. To be run once, by whoever may change the schema.
-- Another table name goes with the setting "table"; the columns are db-scheduler's.
-- Times are kept as milliseconds since 1970, whatever the columns are called.
create table if not exists background_jobs (
  task_name text not null,
  task_instance text not null,
  task_data blob,
  execution_time timestamp with time zone not null,
  picked boolean not null,
  picked_by text,
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  primary key (task_name, task_instance)
);

create index if not exists background_jobs_execution_time on background_jobs (execution_time);

create index if not exists background_jobs_last_heartbeat on background_jobs (last_heartbeat);
