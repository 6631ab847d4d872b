package dev.aiserver.plan;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the actual state of resources on a host. It stores file contents in {@link Contents}, so that they can be restored. */
public final class Observer {
    private final Host host;
    private final Launchd launchd;
    private final Receipt receipt;
    private final Contents contents;

    /** @param host should be read-only */
    public Observer(Host host, Launchd launchd, Receipt receipt, Contents contents) {
        this.host = host;
        this.launchd = launchd;
        this.receipt = receipt;
        this.contents = contents;
    }

    /** Returns what {@link #state} reads for these resources. */
    public static Prefetch prefetch(List<Resource> resources, Launchd launchd) {
        List<Path> files = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        List<String> programs = new ArrayList<>();
        Prefetch disabled = Prefetch.none();
        for (Resource resource : resources) {
            if (resource instanceof BrewPackage brew) {
                programs.add(brew.formula());
            } else if (resource instanceof Directory directory) {
                files.add(directory.path());
            } else if (resource instanceof HostFile file) {
                files.add(file.path());
            } else if (resource instanceof LoginItem) {
                disabled = launchd.disabledPrefetch();
            } else if (resource instanceof OneShotJob job) {
                labels.add(job.label());
                files.add(job.plist());
            } else if (resource instanceof ExistingJob job) {
                labels.add(job.label());
            } else if (resource instanceof Job job) {
                labels.add(job.label());
                files.add(job.plist());
            }
        }
        return Prefetch.ofFiles(files)
                .and(Prefetch.ofPrograms(programs.toArray(String[]::new)))
                .and(launchd.prefetch(labels))
                .and(disabled);
    }

    /** @throws UserError if something else is in its place that aiserver must not change, such as a symbolic link */
    public State state(Resource resource) {
        if (resource instanceof BrewPackage brew) {
            return host.find(brew.formula()).isPresent() ? State.PRESENT : State.ABSENT;
        }
        if (resource instanceof Directory directory) {
            return directory(directory.path());
        }
        if (resource instanceof HostFile file) {
            return file(file.path());
        }
        if (resource instanceof LoginItem item) {
            return launchd.disabled().contains(item.label()) ? State.ABSENT : State.PRESENT;
        }
        if (resource instanceof OneShotJob job) {
            return loaded(job.label(), job.plist())
                    .map(print -> oneShotJob(job))
                    .orElse(State.ABSENT);
        }
        if (resource instanceof ExistingJob job) {
            return existingJob(job);
        }
        return job((Job) resource);
    }

    private State directory(Path path) {
        FileState state = host.file(path);
        if (state instanceof FileState.Absent) {
            return State.ABSENT;
        }
        if (state instanceof FileState.Directory || isLinkToOwnDirectory(path, state)) {
            return State.PRESENT;
        }
        if (state instanceof FileState.Other other && other.isLink()) {
            throw new UserError(
                    path + " is a symbolic link that does not point to a folder that you own. Point it to one, or "
                            + "move it away, then try again.");
        }
        throw new UserError(path + " is not a directory, but one is needed there. Move it away, then try again.");
    }

    /** Accepts links because people keep such folders in a dotfiles repository or on another disk. */
    private boolean isLinkToOwnDirectory(Path path, FileState state) {
        return state instanceof FileState.Other other
                && other.isLink()
                && host.stat(path.resolve(".")) instanceof FileState.Directory directory
                && directory.owner() == host.facts().uid();
    }

    private State file(Path path) {
        FileState state = host.file(path);
        if (state instanceof FileState.Absent) {
            return State.ABSENT;
        }
        if (state instanceof FileState.Regular regular) {
            contents.add(regular.content());
            return State.File.of(regular);
        }
        String kind = state instanceof FileState.Other other ? other.kind() : "directory";
        throw new UserError(
                path + " is a " + kind + ", but a regular file is needed there. Move it away, then try again.");
    }

    private State job(Job job) {
        Optional<LaunchctlPrint> print = loaded(job.label(), job.plist());
        if (print.isEmpty()) {
            return State.ABSENT;
        }
        if (!print.get().isRunning()) {
            return new State.Failing(print.get().state());
        }
        Optional<String> problem = job.health().problem(host);
        if (problem.isPresent()) {
            return new State.Failing(problem.get());
        }
        return loadedFrom(job);
    }

    private Optional<LaunchctlPrint> loaded(String label, Path own) {
        JobStatus status = launchd.status(label);
        if (status instanceof JobStatus.Absent) {
            return Optional.empty();
        }
        if (!(status instanceof JobStatus.Loaded loaded)) {
            throw elsewhere(label, (JobStatus.Elsewhere) status);
        }
        Optional<Path> foreign = loaded.print().plist().filter(plist -> !plist.equals(own));
        if (foreign.isPresent()) {
            throw new UserError("The label " + label + " is in use by a job that was loaded from " + foreign.get()
                    + "; remove that job with \"launchctl bootout gui/$(id -u)/" + label + "\", then try again.");
        }
        return Optional.of(loaded.print());
    }

    private static UserError elsewhere(String label, JobStatus.Elsewhere status) {
        String target = status.domain() + "/" + label;
        String sudo = status.domain().equals("system") ? "sudo " : "";
        return new UserError("The label " + label + " is in use by a job outside your desktop session; remove that job "
                + "with \"" + sudo + "launchctl bootout " + target + "\", then try again.");
    }

    /** Counts the job as absent if its label now belongs to aiserver's job, which was loaded from another file. */
    private State existingJob(ExistingJob job) {
        return launchd.status(job.label())
                .ofUser()
                .filter(print -> print.plist().equals(Optional.of(job.plist())))
                .map(print -> State.PRESENT)
                .orElse(State.ABSENT);
    }

    private State oneShotJob(OneShotJob job) {
        return receipt.recorded(job)
                .filter(recorded -> recorded instanceof State.Loaded loaded
                        && file(job.plist()) instanceof State.File plist
                        && plist.digest().equals(loaded.definition()))
                .orElseGet(() -> new State.Loaded(State.Running.UNKNOWN));
    }

    /**
     * Returns the receipt's state if the property list still matches it, or an unknown state. launchd keeps its own copy of
     * a property list, so only the receipt shows what a job was loaded from.
     */
    private State loadedFrom(Job job) {
        State unknown = new State.Running(State.Running.UNKNOWN, State.Running.UNKNOWN);
        if (!(receipt.recorded(job).orElse(unknown) instanceof State.Running recorded)) {
            return unknown;
        }
        boolean sameDefinition =
                file(job.plist()) instanceof State.File plist && plist.digest().equals(recorded.definition());
        return sameDefinition ? recorded : unknown;
    }
}
