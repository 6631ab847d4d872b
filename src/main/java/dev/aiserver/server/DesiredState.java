package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.Content;
import dev.aiserver.host.OtherWriters;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
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
 * An installation as it shall be: every resource with its state, and how the files can be checked before they are
 * written.
 */
public record DesiredState(List<DesiredResource> targets, List<FileCheck> checks) {

    private static final int AGENT_MODE = 0644;
    private static final int CFG_MODE = 0600;
    private static final int PROGRAM_MODE = 0644;
    private static final int COMMAND_MODE = 0755;

    /**
     * A command that reads a file's coming content on standard input and says whether it is good.
     *
     * @param path where the content shall go
     */
    public record FileCheck(Path path, Command command) {}

    /**
     * @param contents is given what the files shall hold
     */
    public static DesiredState of(ServerSpec spec, HostFacts facts, Layout layout, Release release, Contents contents) {
        Builder drawing = new Builder(contents);
        facts.missingPackages()
                .forEach(formula -> drawing.add(new DesiredResource(new BrewPackage(formula), State.PRESENT)));

        drawing.directory(layout.home().resolve("Library"), 0700);
        drawing.directory(layout.launchAgents(), 0755);
        drawing.directory(layout.haproxyDirectory(), 0700);

        Logs logs = Logs.of(spec, layout.home());
        drawing.privateFolders(layout.home(), logs.folder());
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
        String cfgDigest = drawing.file(layout.haproxyCfg(), Content.of(cfg), CFG_MODE, haproxyReads);
        String ollamaDigest = drawing.file(layout.ollamaPlist(), Content.of(ollamaPlist), AGENT_MODE, plutilReads);
        String haproxyDigest = drawing.file(layout.haproxyPlist(), Content.of(haproxyPlist), AGENT_MODE, plutilReads);
        release.app().ifPresent(files -> {
            drawing.directories(layout.home(), layout.program());
            drawing.directories(layout.home(), layout.command());
            drawing.file(layout.program(), files.program(), PROGRAM_MODE);
            drawing.file(layout.command(), files.command(), COMMAND_MODE);
        });

        drawing.service(ollamaJob(spec, layout), new State.Running(ollamaDigest, ""));
        drawing.service(haproxyJob(spec, layout, facts.address()), new State.Running(haproxyDigest, cfgDigest));
        String rotatePlist = renderer.rotateLogsPlist(new RotateLogsAgent(logs.growing(), logs.rotation()));
        String rotateDigest = drawing.file(layout.rotateLogsPlist(), Content.of(rotatePlist), AGENT_MODE, plutilReads);
        drawing.service(rotateLogsJob(layout), new State.Loaded(rotateDigest));
        if (spec.warmAtLogin()) {
            if (release.app().isEmpty()) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "warm-at-login needs the command on that machine itself, which a machine that is installed over SSH does "
                                + "not get; run ./install there, or leave it out.");
            }
            String warmPlist =
                    renderer.warmModelsPlist(new WarmModelsAgent(layout.command(), layout.home(), logs.warmModels()));
            String warmDigest = drawing.file(layout.warmModelsPlist(), Content.of(warmPlist), AGENT_MODE, plutilReads);
            drawing.service(warmModelsJob(layout), new State.Loaded(warmDigest));
        }
        return new DesiredState(List.copyOf(drawing.targets), List.copyOf(drawing.checks));
    }

    /** With what makes room for it. */
    DesiredState with(Takeover adoption) {
        return new DesiredState(adoption.targets(targets), checks);
    }

    /** With what an earlier installation changed and this one does not name. */
    DesiredState completedBy(Receipt receipt) {
        return new DesiredState(Planner.complete(targets, receipt), checks);
    }

    /** The same with these files as their editors left them. */
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

        /** A job that also starts at the next login. */
        void service(Service job, State state) {
            add(new DesiredResource(new LoginItem(job.label()), State.PRESENT));
            add(new DesiredResource(job, state));
        }

        void directory(Path path, int mode) {
            add(new DesiredResource(new Directory(path, mode), State.PRESENT));
        }

        /** Every folder between the home and the file. */
        void directories(Path home, Path file) {
            Path between = home.relativize(file.getParent());
            for (int depth = 1; depth <= between.getNameCount(); depth++) {
                directory(home.resolve(between.subpath(0, depth)), 0755);
            }
        }

        /** A folder, and in a home all that it stands in; elsewhere that is there. */
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
