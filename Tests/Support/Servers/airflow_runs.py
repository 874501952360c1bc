"""Loads the file of a DAG into the Airflow of this Python, and runs it to the end, once for each case, without a scheduler.

Usage: airflow_runs.py FOLDER CASES

The file is in FOLDER/dags; FOLDER is where the program that the DAG calls has its files. CASES is a JSON list of objects:
`statuses` (task to the exit statuses of its calls, one after another; then 0), which are put into the files `plan.TASK`, and
perhaps `by_hand`: a run without a logical date, as Airflow 3 has them. The last line of standard output is a JSON object:
`version`, `import_errors`, and a list `runs` of `state`, `tasks` (task to state) and `calls` (the lines of the file `calls`).
"""

import datetime
import json
import pathlib
import sys

from airflow import __version__ as version

try:  # Airflow 3
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models import DagBag


def text(state):
    return str(getattr(state, "value", state))


def run(dag, folder, case, number):
    for plan in folder.glob("plan.*"):
        plan.unlink()
    for task, statuses in case.get("statuses", {}).items():
        (folder / f"plan.{task}").write_text(" ".join(map(str, statuses)) + "\n")
    calls = folder / "calls"
    calls.write_text("")
    time = datetime.datetime(2026, 11, 2 + number, 12, tzinfo=datetime.timezone.utc)
    if version.startswith("2."):
        result = dag.test(execution_date=time)
    elif case.get("by_hand"):
        result = dag.test(logical_date=None, run_after=time)
    else:
        result = dag.test(logical_date=time)
    tasks = {task.task_id: text(task.state) for task in result.get_task_instances()}
    return {"state": text(result.state), "tasks": tasks, "calls": calls.read_text().splitlines()}


def main():
    folder, cases = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
    bag = DagBag(str(folder / "dags"))
    errors = {str(name): str(error) for name, error in bag.import_errors.items()}
    dag = bag.dags.get("reelhouse_nightly")
    runs = [run(dag, folder, case, number) for number, case in enumerate(cases)] if dag else []
    print(json.dumps({"version": version, "import_errors": errors, "runs": runs}))


main()
