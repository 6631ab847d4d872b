package dev.aiserver.rehearsal;

import dev.aiserver.host.UserError;
import dev.aiserver.server.App;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** The jar with the stand-ins. A build writes it beside aiserver's own jar, and an installation does not copy it. */
record StandInJar(Path file) {
    private static final String NAME = "aiserver-standin.jar";

    /** @throws UserError if aiserver does not run from the folder of a build */
    static StandInJar find() {
        return App.file()
                .map(program -> program.resolveSibling(NAME).toAbsolutePath())
                .filter(Files::isRegularFile)
                .map(StandInJar::new)
                .orElseThrow(() -> new UserError(
                        UserError.Kind.REFUSED,
                        "--rehearse needs " + NAME + ", which is not installed with aiserver. Run"
                                + " \"./install --rehearse\" in a checkout of aiserver."));
    }

    /** Loads the stand-ins. They use aiserver's own copy of the libraries that both jars have. */
    StandIns load() {
        try {
            // Stays open: the shutdown hook that ends the rehearsal's processes may load more classes.
            URLClassLoader loader =
                    new URLClassLoader(new URL[] {file.toUri().toURL()}, StandIns.class.getClassLoader());
            return ServiceLoader.load(StandIns.class, loader)
                    .findFirst()
                    .orElseThrow(() -> new UserError(file + " has no stand-ins. Delete it, then run ./install again."));
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
