package dev.aiserver.app;

import dev.aiserver.plan.Change;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.preflight.OutdatedProcess;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.util.Optional;
import java.util.Set;

/** Something that happens while a use case runs. */
public sealed interface Event {

    /** Returns what the case for this event makes of it. */
    <T> T to(Cases<T> cases);

    /** One method for each kind of event. */
    interface Cases<T> {
        T planned(Planned event);

        T removalPlanned(RemovalPlanned event);

        T planOutdated();

        T waiting(Waiting event);

        T rollingBack(RollingBack event);

        T continuing();

        T installingPackages(InstallingPackages event);

        T done(Done event);

        T verifying(Verifying event);
    }

    /** These changes are about to be confirmed and made. */
    record Planned(PlannedInstall planned) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.planned(this);
        }
    }

    /**
     * These changes of an uninstall are about to be confirmed and made.
     *
     * @param purgesLogs whether the logs are deleted too
     */
    record RemovalPlanned(PlannedUninstall planned, boolean purgesLogs) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.removalPlanned(this);
        }
    }

    /** The host has changed since the plan was shown; a new plan follows. */
    record PlanOutdated() implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.planOutdated();
        }
    }

    /** Another process is changing the installation. */
    record Waiting(LockFile.Holder holder) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.waiting(this);
        }
    }

    /** An earlier transaction did not finish, and is rolled back before anything else. */
    record RollingBack(Journal journal) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.rollingBack(this);
        }
    }

    /** An earlier uninstall did not finish, and is continued. */
    record Continuing() implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.continuing();
        }
    }

    /** Homebrew installs these packages, which takes minutes. */
    record InstallingPackages(Set<String> names) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.installingPackages(this);
        }
    }

    /** A change was made. */
    record Done(Change change) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.done(this);
        }
    }

    /**
     * The server is verified.
     *
     * @param everything whether all checks run; otherwise nothing had to be changed, and only those that prove that the
     *     server answers
     * @param outdated a service that still runs an older version of its program
     */
    record Verifying(boolean everything, Optional<OutdatedProcess> outdated) implements Event {
        @Override
        public <T> T to(Cases<T> cases) {
            return cases.verifying(this);
        }
    }
}
