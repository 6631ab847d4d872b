package dev.aiserver.rehearsal.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** The faults now in force: the last ones set from inside, or read from the file when that is newer. */
final class ActiveFaults {
    private final Path file;
    private final Runnable death;
    private Faults faults;
    private int busyLeft;
    private @Nullable FileTime seen;

    /** @param death how this server dies of a crash */
    ActiveFaults(Faults faults, Path file, Runnable death) {
        this.file = file;
        this.death = death;
        this.faults = faults;
        this.busyLeft = faults.busy503Times();
    }

    synchronized void set(Faults next) {
        faults = next;
        busyLeft = next.busy503Times();
    }

    /** @throws ApiError 500 when the file cannot be understood, so that a mistake in it is seen at once */
    synchronized Faults current() {
        try {
            FileTime stamp = Files.getLastModifiedTime(file);
            if (!stamp.equals(seen)) {
                set(Faults.parse(Files.readString(file)));
                seen = stamp;
            }
        } catch (NoSuchFileException e) {
            if (seen != null) {
                set(Faults.NONE);
                seen = null;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ApiError(500, file + ": " + e.getMessage());
        }
        return faults;
    }

    /** Whether this scheduling request is one of those that find the queue full. */
    synchronized boolean takeBusy() {
        current();
        if (busyLeft == 0) {
            return false;
        }
        busyLeft--;
        return true;
    }

    ClientDisconnected crash() {
        death.run();
        return new ClientDisconnected("the server crashed as it was told to");
    }
}
