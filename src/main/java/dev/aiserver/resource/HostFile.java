package dev.aiserver.resource;

import java.nio.file.Path;

/** A regular file, replaced or removed as a whole. */
public record HostFile(Path path) implements Resource {

    @Override
    public String id() {
        return "file:" + path;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public boolean isOurs() {
        return true;
    }

    @Override
    public int rank() {
        return 1000;
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        if (to instanceof State.File file) {
            machine.host().write(path, machine.contents().get(file.digest()), file.mode());
        } else {
            machine.host().delete(path);
        }
    }
}
