package dev.aiserver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptStoreTest {

    @TempDir
    private Path directory;

    private static Receipt everything(State file) {
        Health health = new Health("100.64.0.1", 11434, "100.64.0.1:11434", "/api/version");
        State running = new State.Running("d".repeat(64), "");
        return new Receipt(
                Receipt.SCHEMA,
                "0.1.0",
                Map.of("proxy", Map.of("port", 11434, "endpoints", List.of("strict")), "models", List.of()),
                "100.64.0.1",
                List.of("remote-ollama", "mac.tail1234.ts.net"),
                List.of(
                        new Receipt.Entry(new BrewPackage("ollama"), State.ABSENT, State.PRESENT),
                        new Receipt.Entry(
                                new Directory(Path.of("/Users/ann é/.haproxy"), 0700), State.ABSENT, State.PRESENT),
                        new Receipt.Entry(new HostFile(Path.of("/a \"b\"")), file, State.ABSENT),
                        new Receipt.Entry(
                                new Job("com.ollama", Path.of("/o.plist"), 1, false, health),
                                new State.Failing("not running"),
                                running),
                        new Receipt.Entry(
                                new Job("com.haproxy", Path.of("/h.plist"), 2, true, health), running, running)));
    }

    @Test
    void preservesEveryKindOfResourceAndState() {
        Home home = new Home(directory);
        State file = home.state("file 0640 original");
        Receipt receipt = everything(file);
        home.save(receipt);

        Contents contents = new Contents();
        assertThat(home.receipt(contents)).contains(receipt);
        String digest = ((State.File) file).digest();
        assertThat(contents.get(digest)).isEqualTo(Content.of("original"));
        int user = home.facts().uid();
        assertThat(home.file(directory.resolve(".aiserver"))).isEqualTo(new FileState.Directory(0700, user));
        assertThat(home.file(directory.resolve(".aiserver/backups"))).isEqualTo(new FileState.Directory(0700, user));
        assertThat(home.file(home.store.file()))
                .isInstanceOfSatisfying(
                        FileState.Regular.class,
                        regular -> assertThat(regular.mode()).isEqualTo(0600));
        assertThat(home.file(directory.resolve(".aiserver/backups/" + digest)))
                .isEqualTo(new FileState.Regular(Content.of("original"), 0600, user));

        home.store.forget();
        home.records.journals().clear();
        assertThat(directory).isEmptyDirectory();
        assertThat(home.receipt(contents)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{}", "{\"schema\":2}", "{\"schema\":1,\"entries\":[{}]}", "\0"})
    void aDamagedReceiptIsReportedWithWhatToDo(String text) {
        Home home = new Home(directory);
        home.save(Home.NO_RECEIPT);
        home.write(home.store.file(), Content.of(text), 0600);
        assertThatThrownBy(() -> home.receipt(new Contents()))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("The file " + home.store.file() + " cannot be used: ")
                .hasMessageEndingWith(
                        ". Run \"aiserver uninstall\", which then uses the known labels and paths and keeps the file; "
                                + "or move the folder " + directory.resolve(".aiserver")
                                + " away to install from scratch.")
                .hasMessageNotContaining("\n")
                .matches(error -> ((UserError) error).kind() == UserError.Kind.DAMAGED);
    }

    @Test
    void aReceiptOfANewerVersionIsRejected() {
        Home home = new Home(directory);
        home.save(Home.NO_RECEIPT);
        home.write(home.store.file(), Content.of("{\"schema\":3,\"news\":[]}"), 0600);
        assertThatThrownBy(() -> home.receipt(new Contents()))
                .isInstanceOf(UserError.class)
                .hasMessage("The file " + home.store.file()
                        + " was written by a newer aiserver (schema 3); use that version.");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aMissingOrChangedBackupIsDetected(boolean missing) {
        Home home = new Home(directory);
        State file = home.state("file 0640 original");
        home.save(everything(file));
        Path backup = directory.resolve(".aiserver/backups").resolve(((State.File) file).digest());
        if (missing) {
            home.delete(backup);
        } else {
            home.write(backup, Content.of("original "), 0600);
        }
        assertThatThrownBy(() -> home.receipt(new Contents()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be used: the backup " + backup + " is missing or changed. ");
    }

    /** The records in this folder decide what is deleted and started. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ln -s . .aiserver              | .aiserver is a symbolic link, but aiserver needs a folder that you own there
            touch .aiserver                | .aiserver is a file, but aiserver needs a folder that you own there
            mkdir -m 0770 .aiserver        | is writable by other users (mode 0770)
            mkdir -m 1777 .aiserver        | is writable by other users (mode 1777)
            """)
    void aFolderThatOthersCanWriteIsRejected(String command, String problem) throws Exception {
        shell(command);
        Home home = new Home(directory);
        for (Runnable reading : List.<Runnable>of(() -> home.ask(home.store.read()), home::unfinished)) {
            assertThatThrownBy(reading::run).isInstanceOf(UserError.class).hasMessageContaining(problem);
        }
    }

    @Test
    void doesNotWriteToAFolderThatOthersCanRead() throws Exception {
        shell("mkdir -m 0755 .aiserver");
        Home home = new Home(directory);
        assertThat(home.ask(home.store.read())).isEmpty();
        assertThatThrownBy(() -> home.store.files().ensure())
                .hasMessageContainingAll("is accessible to other users (mode 0755)", "run \"chmod 700 ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ln -s /etc/passwd receipt.json | it is a symbolic link
            mkdir receipt.json             | it is a folder
            touch receipt.json; chmod 0620 receipt.json | another user can change it (mode 0620
            """)
    void aReceiptThatAnotherUserCanChangeIsRejected(String command, String problem) throws Exception {
        shell("mkdir -m 0700 .aiserver; cd .aiserver; " + command);
        Home home = new Home(directory);
        assertThatThrownBy(() -> home.ask(home.store.read()))
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.DAMAGED))
                .hasMessageContaining(problem);
    }

    private void shell(String command) throws Exception {
        assertThat(new ProcessBuilder("/bin/sh", "-c", command)
                        .directory(directory.toFile())
                        .start()
                        .waitFor())
                .isZero();
    }
}
