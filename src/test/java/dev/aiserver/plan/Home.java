package dev.aiserver.plan;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.service.Launchd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** A home in a temporary directory for plans of files and folders. A test can watch and refuse each change. */
final class Home implements ForwardingHost {
    static final Receipt NO_RECEIPT =
            Receipt.empty("0.1.0", Map.of("name", "remote-ollama"), "100.64.0.1", List.of("remote-ollama"));

    private static final Host THIS_MACHINE = new LocalHost(System.getenv());

    private final Host machine = THIS_MACHINE;
    private final Path home;
    final Contents contents = new Contents();
    final ReceiptStore store;
    final StateStore records;

    /** Answers every command in place of the machine. */
    Optional<Function<Command, CommandResult>> commands = Optional.empty();

    /** Called with each path before it changes; an exception refuses the change. */
    Consumer<Path> beforeChange = path -> {};

    /** Called with each path before a change that needs space on the disk. */
    Consumer<Path> beforeWrite = path -> {};

    /** Called with each path after it has changed. */
    Consumer<Path> afterChange = path -> {};

    Home(Path home) {
        this.home = home;
        this.records = StateStore.in(this, home.resolve(".aiserver"), Clock.systemUTC(), (receipt, change) -> true);
        this.store = records.receipts();
    }

    Path resolve(String name) {
        return home.resolve(name);
    }

    boolean isState(Path path) {
        return path.startsWith(home.resolve(".aiserver"));
    }

    /** Parses the state in a case: {@code absent}, {@code directory}, or {@code file}, mode and content. */
    State state(String text) {
        String[] words = text.split(" ", 3);
        return switch (words[0]) {
            case "absent" -> State.ABSENT;
            case "directory" -> State.PRESENT;
            case "file" -> new State.File(contents.add(Content.of(words[2])), Integer.parseInt(words[1], 8));
            default -> throw new IllegalArgumentException(text);
        };
    }

    Resource resource(String name, State... states) {
        return List.of(states).contains(State.PRESENT)
                ? new Directory(resolve(name), 0755)
                : new HostFile(resolve(name));
    }

    DesiredResource target(String name, String text) {
        State state = state(text);
        return new DesiredResource(resource(name, state), state);
    }

    List<DesiredResource> targets(Map<String, String> wanted) {
        return wanted.entrySet().stream()
                .map(entry -> target(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Creates files and folders without a plan. */
    void put(Map<String, String> things) {
        new TreeMap<>(things).forEach((name, text) -> {
            State state = state(text);
            if (state instanceof State.File file) {
                machine.write(resolve(name), contents.get(file.digest()), file.mode());
            } else {
                machine.createDirectory(resolve(name), 0755);
            }
        });
    }

    /** Writes or removes a file as a user would. */
    void bring(HostFile file, State state) {
        if (state instanceof State.File content) {
            machine.write(file.path(), contents.get(content.digest()), content.mode());
        } else {
            machine.delete(file.path());
        }
    }

    /** Returns the actual states of resources, and keeps the contents of files. */
    Function<Resource, State> observed(Collection<Resource> resources, Receipt receipt) {
        Observed observed = ask(Observed.query(resources, machine.facts(), receipt));
        observed.contents().forEach(contents::add);
        return observed;
    }

    /** Returns the receipt on the disk, and keeps the contents that it can restore. */
    Optional<Receipt> receipt(Contents restored) {
        return ask(store.read()
                .then(receipt -> receipt.map(known -> store.backups(known).map(backups -> {
                            backups.forEach(restored::add);
                            return receipt;
                        }))
                        .orElseGet(() -> Query.of(receipt))));
    }

    Optional<Journal> unfinished() {
        return ask(records.journals().open());
    }

    Plan plan(List<DesiredResource> targets, Receipt receipt) {
        List<DesiredResource> all = Planner.complete(targets, receipt);
        List<Resource> resources = all.stream().map(DesiredResource::resource).toList();
        return Planner.plan(all, observed(resources, receipt), contents);
    }

    Applier applier() {
        return applier(Interruption.NEVER, change -> {});
    }

    Applier applier(Interruption interruption, Consumer<Change> progress) {
        return transactions().applier(interruption, progress);
    }

    Transactions transactions() {
        return new Transactions(this, launchd(), records);
    }

    /** Saves a receipt of changes that were made by hand, with its backups. */
    void save(Receipt receipt) {
        receipt.entries().stream()
                .map(Receipt.Entry::before)
                .filter(State.File.class::isInstance)
                .forEach(before -> store.backUp(((State.File) before).digest(), contents));
        store.save(receipt);
    }

    /** Reverts everything in the receipt, as an uninstall does. */
    Applier.Result takeBack(Receipt receipt) {
        List<DesiredResource> targets = receipt.entries().stream()
                .map(entry -> new DesiredResource(entry.resource(), entry.before()))
                .toList();
        return applier().apply(Transaction.uninstall(plan(targets, NO_RECEIPT), receipt));
    }

    private Launchd launchd() {
        return new Launchd(machine, machine.facts().uid(), new Poller(Duration.ofMillis(1)));
    }

    /** Returns everything in the home except the receipt and its backups. */
    Map<Path, FileState> tree() {
        try (Stream<Path> paths = Files.walk(home)) {
            Map<Path, FileState> tree = new TreeMap<>();
            paths.filter(path -> !isState(path)).forEach(path -> tree.put(path, machine.ask(Query.file(path))));
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CommandResult run(Command command) {
        return commands.map(answers -> answers.apply(command)).orElseGet(() -> machine.run(command));
    }

    @Override
    public void write(Path path, Content content, int mode) {
        beforeChange.accept(path);
        beforeWrite.accept(path);
        machine.write(path, content, mode);
        afterChange.accept(path);
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        beforeChange.accept(path);
        beforeWrite.accept(path);
        boolean created = machine.create(path, content, mode);
        afterChange.accept(path);
        return created;
    }

    @Override
    public boolean move(Path from, Path to) {
        beforeChange.accept(to);
        boolean moved = machine.move(from, to);
        afterChange.accept(to);
        return moved;
    }

    @Override
    public void delete(Path path) {
        beforeChange.accept(path);
        machine.delete(path);
        afterChange.accept(path);
    }

    @Override
    public void createDirectory(Path path, int mode) {
        beforeChange.accept(path);
        beforeWrite.accept(path);
        machine.createDirectory(path, mode);
        afterChange.accept(path);
    }

    @Override
    public Host delegate() {
        return machine;
    }
}
