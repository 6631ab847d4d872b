package dev.aiserver.server;

import dev.aiserver.existing.Takeover;
import dev.aiserver.host.Command;
import dev.aiserver.host.Content;
import dev.aiserver.host.OtherWriters;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.template.HaproxyAgent;
import dev.aiserver.template.OllamaAgent;
import dev.aiserver.template.ProxyConfiguration;
import dev.aiserver.template.Renderer;
import dev.aiserver.template.RotateLogsAgent;
import dev.aiserver.template.WarmModelsAgent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The desired state of an installation: every resource with its state, and the commands that validate files before they are
 * written.
 */
public record DesiredState(List<DesiredResource> targets, List<FileCheck> checks) {

    private static final int AGENT_MODE = 0644;
    private static final int CFG_MODE = 0600;
    private static final int PROGRAM_MODE = 0644;
    private static final int COMMAND_MODE = 0755;

    /**
     * A command that validates a file's new content on standard input.
     *
     * @param path the file that will get the content
     */
    public record FileCheck(Path path, Command command) {}

    /** @param contents receives the new contents of the files */
    public static DesiredState of(ServerSpec spec, HostFacts facts, Layout layout, Release release, Contents contents) {
        Builder builder = new Builder(contents);
        facts.missingPackages()
                .forEach(formula -> builder.add(new DesiredResource(new BrewPackage(formula), State.PRESENT)));

        builder.directory(layout.home().resolve("Library"), 0700);
        builder.directory(layout.launchAgents(), 0755);
        builder.directory(layout.haproxyDirectory(), 0700);

        Logs logs = Logs.of(spec, layout.home());
        builder.privateFolders(layout.home(), logs.folder());
        Renderer renderer = release.renderer();
        String cfg = renderer.haproxyCfg(new ProxyConfiguration(
                facts.address(),
                spec.network().clients(),
                spec.proxy(),
                spec.ollama().port(),
                facts.hostNames()));
        String ollamaPlist = renderer.ollamaPlist(new OllamaAgent(
                facts.ollama(),
                spec.ollama().port(),
                spec.ollamaEnvironment(),
                layout.home(),
                logs.ollamaStdout(),
                logs.ollamaStderr()));
        String haproxyPlist = renderer.haproxyPlist(
                new HaproxyAgent(facts.haproxy(), layout.haproxyCfg(), layout.home(), logs.haproxy(), logs.haproxy()));

        Command haproxyReads = Command.of(facts.haproxy().toString(), "-c", "-f", "/dev/stdin");
        Command plutilReads = Command.of("plutil", "-lint", "-s", "-");
        String cfgDigest = builder.file(layout.haproxyCfg(), Content.of(cfg), CFG_MODE, haproxyReads);
        String ollamaDigest = builder.file(layout.ollamaPlist(), Content.of(ollamaPlist), AGENT_MODE, plutilReads);
        String haproxyDigest = builder.file(layout.haproxyPlist(), Content.of(haproxyPlist), AGENT_MODE, plutilReads);
        release.app().ifPresent(files -> {
            builder.directories(layout.home(), layout.program());
            builder.directories(layout.home(), layout.command());
            builder.file(layout.program(), files.program(), PROGRAM_MODE);
            builder.file(layout.command(), files.command(), COMMAND_MODE);
        });

        builder.service(ollamaJob(spec, layout), new State.Running(ollamaDigest, ""));
        builder.service(haproxyJob(spec, layout, facts.address()), new State.Running(haproxyDigest, cfgDigest));
        String rotatePlist = renderer.rotateLogsPlist(new RotateLogsAgent(logs.growing(), logs.rotation()));
        String rotateDigest = builder.file(layout.rotateLogsPlist(), Content.of(rotatePlist), AGENT_MODE, plutilReads);
        builder.service(rotateLogsJob(layout), new State.Loaded(rotateDigest));
        if (spec.warmAtLogin()) {
            if (release.app().isEmpty()) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "warm-at-login needs the aiserver command on that Mac, and an install over SSH does not copy it;"
                                + " run ./install on that Mac, or remove warm-at-login.");
            }
            String warmPlist =
                    renderer.warmModelsPlist(new WarmModelsAgent(layout.command(), layout.home(), logs.warmModels()));
            String warmDigest = builder.file(layout.warmModelsPlist(), Content.of(warmPlist), AGENT_MODE, plutilReads);
            builder.service(warmModelsJob(layout), new State.Loaded(warmDigest));
        }
        return new DesiredState(List.copyOf(builder.targets), List.copyOf(builder.checks));
    }

    /** Returns this state with the changes that stop and remove existing services. */
    DesiredState with(Takeover takeover) {
        return new DesiredState(takeover.targets(targets), checks);
    }

    /** Returns this state with the resources that only an earlier installation changed. */
    DesiredState completedBy(Receipt receipt) {
        return new DesiredState(Planner.complete(targets, receipt), checks);
    }

    /** Returns this state with the locally edited files as they are. */
    DesiredState keeping(List<LocalEdit> edits, Contents contents) {
        List<DesiredResource> kept = targets;
        List<FileCheck> keptChecks = checks;
        for (LocalEdit edit : edits) {
            kept = edit.keptIn(kept);
            Content current = contents.get(edit.current().digest());
            keptChecks = keptChecks.stream()
                    .map(check -> check.path().equals(edit.file().path())
                            ? new FileCheck(check.path(), check.command().withStdin(current.bytes()))
                            : check)
                    .toList();
        }
        return new DesiredState(kept, keptChecks);
    }

    /** Returns the resources of every installation, whatever its configuration, without the program itself. */
    static List<Resource> resources(Layout layout) {
        Path home = layout.home();
        ServerSpec spec = ServerSpec.defaults();
        return List.of(
                new BrewPackage("ollama"),
                new BrewPackage("haproxy"),
                new Directory(home.resolve("Library"), 0700),
                new Directory(home.resolve("Library/Logs"), 0700),
                new Directory(Logs.of(spec, home).folder(), 0700),
                new Directory(layout.launchAgents(), 0755),
                new Directory(layout.haproxyDirectory(), 0700),
                new HostFile(layout.haproxyCfg()),
                ollamaJob(spec, layout),
                haproxyJob(spec, layout, "127.0.0.1"),
                warmModelsJob(layout),
                rotateLogsJob(layout),
                new LoginItem(Layout.OLLAMA));
    }

    public static Job ollamaJob(ServerSpec spec, Layout layout) {
        int port = spec.ollama().port();
        Health health = new Health("127.0.0.1", port, "127.0.0.1:" + port, "/api/version");
        return new Job(Layout.OLLAMA, layout.ollamaPlist(), 1, false, health);
    }

    public static OneShotJob warmModelsJob(Layout layout) {
        return new OneShotJob(Layout.WARM_MODELS, layout.warmModelsPlist());
    }

    public static OneShotJob rotateLogsJob(Layout layout) {
        return new OneShotJob(Layout.ROTATE_LOGS, layout.rotateLogsPlist());
    }

    public static Job haproxyJob(ServerSpec spec, Layout layout, String address) {
        int port = spec.proxy().port();
        Health health = new Health(address, port, address + ":" + port, "/api/version");
        return new Job(Layout.HAPROXY, layout.haproxyPlist(), 2, true, health);
    }

    private static final class Builder {
        private final Contents contents;
        private final List<DesiredResource> targets = new ArrayList<>();
        private final List<FileCheck> checks = new ArrayList<>();

        Builder(Contents contents) {
            this.contents = contents;
        }

        void add(DesiredResource target) {
            if (!targets.contains(target)) {
                targets.add(target);
            }
        }

        /** Adds a job that launchd also starts at login. */
        void service(Service job, State state) {
            add(new DesiredResource(new LoginItem(job.label()), State.PRESENT));
            add(new DesiredResource(job, state));
        }

        void directory(Path path, int mode) {
            add(new DesiredResource(new Directory(path, mode), State.PRESENT));
        }

        /** Adds every folder between the home directory and the file. */
        void directories(Path home, Path file) {
            Path between = home.relativize(file.getParent());
            for (int depth = 1; depth <= between.getNameCount(); depth++) {
                directory(home.resolve(between.subpath(0, depth)), 0755);
            }
        }

        /** Adds a folder and its parents inside the home directory. Outside of it, the parents must exist. */
        void privateFolders(Path home, Path folder) {
            OtherWriters.folders(folder, home).stream()
                    .filter(each -> each.equals(folder) || each.startsWith(home) && !each.equals(home))
                    .forEach(each -> directory(each, 0700));
        }

        String file(Path path, Content content, int mode) {
            String digest = contents.add(content);
            add(new DesiredResource(new HostFile(path), new State.File(digest, mode)));
            return digest;
        }

        String file(Path path, Content content, int mode, Command check) {
            checks.add(new FileCheck(path, check.withStdin(content.bytes())));
            return file(path, content, mode);
        }
    }
}
