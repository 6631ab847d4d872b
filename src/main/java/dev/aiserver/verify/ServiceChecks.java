package dev.aiserver.verify;

import dev.aiserver.host.FileState;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import java.util.ArrayList;
import java.util.List;

/** That the services run, from the files that were installed. */
final class ServiceChecks {
    private ServiceChecks() {}

    /** A label is loaded in the user's session and its process runs. */
    record Runs(String label) implements Check {
        @Override
        public String id() {
            return "services." + label;
        }

        @Override
        public String claim() {
            return label + " is loaded and running";
        }

        @Override
        public Outcome prove(Subject subject) {
            JobStatus status = subject.launchd().status(label);
            String start = "run \"aiserver install\" to start it";
            if (status instanceof JobStatus.Absent) {
                return new Outcome.Failed("it is not loaded", start);
            }
            if (status instanceof JobStatus.Elsewhere elsewhere) {
                return new Outcome.Failed(
                        "it is loaded in " + elsewhere.domain(),
                        "run \"launchctl bootout " + elsewhere.domain() + "/" + label + "\", then " + start);
            }
            LaunchctlPrint print = ((JobStatus.Loaded) status).print();
            if (!print.isRunning()) {
                return new Outcome.Failed(
                        "its state is \"" + print.state() + "\", last ended with "
                                + print.lastExit().words(),
                        "look at its log, then " + start);
            }
            return new Outcome.Passed("pid " + print.pid().orElseThrow() + ", started " + print.runs() + " time(s)");
        }
    }

    /** The installed files are as they were written. */
    record FilesUnchanged() implements Check {
        @Override
        public String id() {
            return "services.files";
        }

        @Override
        public String claim() {
            return "the installed files are as they were written";
        }

        @Override
        public Outcome prove(Subject subject) {
            List<String> drift = new ArrayList<>();
            int files = 0;
            for (Receipt.Entry entry : subject.receipt().entries()) {
                if (entry.resource() instanceof HostFile file && entry.after() instanceof State.File written) {
                    files++;
                    FileState now = subject.host().file(file.path());
                    if (!(now instanceof FileState.Regular regular)) {
                        drift.add(file.path() + " is missing");
                    } else if (!regular.content().digest().equals(written.digest())) {
                        drift.add(file.path() + " was edited");
                    } else if (regular.mode() != written.mode()) {
                        drift.add("%s has mode %04o, not %04o".formatted(file.path(), regular.mode(), written.mode()));
                    }
                }
            }
            return drift.isEmpty()
                    ? new Outcome.Passed(files + " files")
                    : new Outcome.Failed(
                            String.join("; ", drift),
                            "see \"aiserver install --dry-run\", then run \"aiserver install\"");
        }
    }
}
