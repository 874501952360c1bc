/// A file for Apache Airflow with a task for each task of `reelhouse nightly`.
///
/// Airflow 3 and 2.10: the classes come from `airflow.sdk` and from the standard provider where they are, else from
/// where 2.10 has them. The order of the tasks has two kinds of edges, and a trigger rule of Airflow holds for all edges
/// of a task: an edge that is for order only goes through an empty task with the rule `all_done`, which succeeds
/// whatever became of the one before it. The last task has failed if any did, so that the run has. The program is
/// started without a shell and nothing in its arguments is a template of Jinja.
struct AirflowDag {
    /// The minutes between two tries of a task.
    static let retryMinutes = 10

    private let schedule: NightlySchedule
    private let retryDelay: String

    /// - Parameter retryDelay: arguments of Python's `timedelta`: the time between two tries.
    init(_ schedule: NightlySchedule, retryDelay: String = "minutes=\(AirflowDag.retryMinutes)") {
        (self.schedule, self.retryDelay) = (schedule, retryDelay)
    }

    /// The file.
    var file: ScheduleFile { ScheduleFile(name: "reelhouse_nightly.py", text: head + constants + Self.code) }

    private func list(_ words: [String]) -> String {
        "[" + words.map(ScheduleText.pythonLiteral).joined(separator: ", ") + "]"
    }

    private var head: String {
        #"""
        """The nightly run of Reelhouse: a task for each task of `reelhouse nightly`, every day at \#(schedule.time.text) UTC.

        Written by `reelhouse nightly --emit airflow`, for Airflow 3 and 2.10. Put it into the folder of DAGs. The program and
        the folder have to be on the machines on which the tasks run.

        Exit statuses: 0 is success, and so is 3 (done, but not all was taken), with a warning in the log. 2 (wrong usage) fails
        at once. All others are tried again: 1 (failed), 4 (the warehouse is in use), 5 (a backend cannot be reached), 6 (stopped
        with input left). A task that Airflow stops gets SIGTERM and ends at its next commit.

        A task runs when those that it needs have succeeded; others that come before it may have failed. An edge of the latter
        kind goes through an empty task, `…_ended`. `all_succeeded` makes the run fail where a task did.
        """

        import datetime

        try:  # Airflow 3
            from airflow.sdk import DAG
        except ImportError:  # Airflow 2
            from airflow import DAG
        try:  # A newer Airflow 3
            from airflow.sdk import CronDataIntervalTimetable
        except ImportError:
            from airflow.timetables.interval import CronDataIntervalTimetable
        try:  # A newer Airflow 3
            from airflow.sdk.exceptions import AirflowException, AirflowFailException
        except ImportError:
            from airflow.exceptions import AirflowException, AirflowFailException
        try:  # The standard provider, a part of Airflow 3
            from airflow.providers.standard.operators.bash import BashOperator
            from airflow.providers.standard.operators.empty import EmptyOperator
        except ImportError:
            from airflow.operators.bash import BashOperator
            from airflow.operators.empty import EmptyOperator


        """#
    }

    private var constants: String {
        let rows = schedule.keptSteps.map { step in
            "    (\(ScheduleText.pythonLiteral(step.name)), \(step.hours), \(list(step.needs)), \(list(step.after))),\n"
        }
        let arguments = schedule.arguments.map { "    \(ScheduleText.pythonLiteral($0)),\n" }
        let time = schedule.time
        return #"""
            PROGRAM = \#(ScheduleText.pythonLiteral(schedule.program))
            FOLDER = \#(ScheduleText.pythonLiteral(schedule.folder))
            ARGUMENTS = [
            \#(arguments.joined())]
            SCHEDULE = "\#(time.minute) \#(time.hour) * * *"  # in UTC
            RETRIES = \#(max(0, schedule.tries - 1))
            RETRY_DELAY = datetime.timedelta(\#(retryDelay))
            # A task, after how many hours it is stopped, what it needs, and what has to have ended before it, however it ended.
            TASKS = [
            \#(rows.joined())]



            """#
    }

    private static let code = #"""
        def date_of(context):
            """The date of a run: the UTC day on which its data interval ends, which is the day on which it is due."""
            run = context["dag_run"]
            # A run that somebody started may have no data interval, in Airflow 3.
            time = context.get("data_interval_end") or getattr(run, "run_after", None) or run.start_date
            return time.astimezone(datetime.timezone.utc).date().isoformat()


        class ReelhouseOperator(BashOperator):
            """Runs one task of `reelhouse nightly`, without a shell, with the environment and the PATH of Airflow's worker."""

            template_fields = ()  # No brace of a path is a template's.

            def __init__(self, *, task_id, **options):
                super().__init__(task_id=task_id, bash_command="", append_env=True, cwd=FOLDER, **options)

            def execute(self, context):
                task = ["--only", self.task_id, "--date", date_of(context), "--tries", "1"]  # Airflow tries again.
                status = self.subprocess_hook.run_command(
                    command=[PROGRAM, "nightly", *task, *ARGUMENTS], env=self.get_env(context), cwd=self.cwd
                ).exit_code
                if status == 0:
                    return
                if status == 3:
                    self.log.warning("Done, but not all was taken (exit status 3): see above.")
                    return
                if status == 2:
                    raise AirflowFailException("Wrong usage (exit status 2), which no other try would cure: see above.")
                words = {4: "The warehouse is in use", 5: "A backend cannot be reached", 6: "Stopped with input left"}
                raise AirflowException(f"{words.get(status, 'Failed')} (exit status {status}): see above.")


        with DAG(
            dag_id="reelhouse_nightly",
            description="The nightly run of Reelhouse",
            schedule=CronDataIntervalTimetable(SCHEDULE, timezone="UTC"),
            start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
            catchup=False,
            max_active_runs=1,
            max_active_tasks=1,  # One at a time: they write to one warehouse.
            dagrun_timeout=datetime.timedelta(days=1),
            default_args={"owner": "reelhouse", "retries": RETRIES, "retry_delay": RETRY_DELAY},
            doc_md=__doc__,
            tags=["reelhouse"],
        ):
            tasks = {}
            for place, (name, hours, _, _) in enumerate(TASKS):
                tasks[name] = ReelhouseOperator(
                    task_id=name,
                    execution_timeout=datetime.timedelta(hours=hours),
                    # Of tasks that may begin, the first in the list does.
                    priority_weight=len(TASKS) - place,
                    weight_rule="absolute",
                )
            ended = {}
            for name, _, needs, after in TASKS:
                for other in needs:
                    tasks[other] >> tasks[name]
                for other in after:
                    if other not in ended:
                        ended[other] = EmptyOperator(task_id=f"{other}_ended", trigger_rule="all_done")
                        tasks[other] >> ended[other]
                    ended[other] >> tasks[name]
            list(tasks.values()) >> EmptyOperator(task_id="all_succeeded", trigger_rule="none_failed")

        """#
}
